/** Two whole numbers of 32 bits. */
export type Seed = readonly [number, number];

/**
 * Remembers which files and folders a bundle has, in 8 to 16 bytes a name whatever its length, so that a bundle of
 * millions of files is checked in flat memory. Names are kept as 64-bit hashes: two different names meet with a
 * probability of 1 in 37 million for a million names, and then the bundle is refused, never written wrongly.
 */
export class NameLedger {
  readonly #files = new HashSet();
  readonly #folders = new HashSet();
  readonly #seed: Seed;

  /** Random numbers keep a bundle from being made of names that meet, which would take the square of their number. */
  constructor(seed: Seed) {
    this.#seed = seed;
  }

  /** Adds a file, and the folders above it. The fault, if it clashes with what is there already. */
  add(name: string): string | undefined {
    const file = hash(name, this.#seed);
    if (this.#folders.has(file)) return "it is a file here and a folder elsewhere";
    if (!this.#files.add(file)) return "it is listed twice";
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
      const folder = hash(name.slice(0, end), this.#seed);
      if (this.#files.has(folder)) return "it lies in a folder that is a file elsewhere";
      if (!this.#folders.add(folder)) break;
    }
    return undefined;
  }

  hasFile(name: string): boolean {
    return this.#files.has(hash(name, this.#seed));
  }
}

/** Open addressing over one typed array; zero marks a free slot. */
class HashSet {
  #slots = new BigUint64Array(1024);
  #count = 0;

  has(value: bigint): boolean {
    return this.#slots[this.#find(value)] === value;
  }

  /** False when it was there already. */
  add(value: bigint): boolean {
    const slot = this.#find(value);
    if (this.#slots[slot] === value) return false;
    this.#slots[slot] = value;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #find(value: bigint): number {
    const mask = this.#slots.length - 1;
    let slot = Number(value & 0xffff_ffffn) & mask;
    for (;;) {
      const there = this.#slots[slot];
      if (there === 0n || there === value) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new BigUint64Array(old.length * 2);
    for (const value of old) if (value !== 0n) this.#slots[this.#find(value)] = value;
  }
}

/** Two independent 32-bit mixes (the finaliser of MurmurHash3) side by side; never zero. */
function hash(text: string, [first, second]: Seed): bigint {
  let a = first | 0;
  let b = second | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x5bd1e995);
    a ^= a >>> 13;
    b = Math.imul((b << 5) | (b >>> 27), 0x85ebca6b) ^ Math.imul(unit + i, 0xc2b2ae35);
  }
  const value = (BigInt(mix(a ^ text.length)) << 32n) | BigInt(mix(b));
  return value === 0n ? 1n : value;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
