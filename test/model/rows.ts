/** A growing list of numbers below 2^32 in half the memory of an array, and never copied. */
const CHUNK = 1 << 18;

export class Numbers {
  readonly #chunks: Uint32Array[] = [];
  length = 0;

  push(number: number): void {
    const at = this.length % CHUNK;
    if (at === 0) this.#chunks.push(new Uint32Array(CHUNK));
    const chunk = this.#chunks.at(-1);
    if (chunk !== undefined) chunk[at] = number;
    this.length += 1;
  }

  at(index: number): number {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK] ?? 0;
  }
}

/** A set of rows of numbers, all of one width; each distinct row has its place, counted from 0. */
export class Rows {
  readonly width: number;
  readonly #numbers = new Numbers();
  /** Open addressing: one more than the place of a row, or 0. */
  #slots = new Uint32Array(1 << 16);
  length = 0;

  constructor(width: number) {
    this.width = width;
  }

  /** The place of the row, which is added when it is new. */
  place(row: readonly number[]): number {
    if (this.length * 2 >= this.#slots.length) this.#grow();
    const slot = this.#slotOf(row);
    const taken = this.#slots[slot] ?? 0;
    if (taken > 0) return taken - 1;
    for (const number of row) this.#numbers.push(number);
    this.length += 1;
    this.#slots[slot] = this.length;
    return this.length - 1;
  }

  row(place: number): number[] {
    return Array.from({ length: this.width }, (_, i) => this.#numbers.at(place * this.width + i));
  }

  #slotOf(row: readonly number[]): number {
    const mask = this.#slots.length - 1;
    let hash = 0;
    for (const number of row) hash = Math.imul(hash ^ number, 0x9e3779b1) ^ (hash >>> 15);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0 || this.#isAt(taken - 1, row)) return slot;
    }
  }

  #isAt(place: number, row: readonly number[]): boolean {
    const start = place * this.width;
    return row.every((number, i) => this.#numbers.at(start + i) === number);
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let place = 0; place < this.length; place++) {
      this.#slots[this.#slotOf(this.row(place))] = place + 1;
    }
  }
}
