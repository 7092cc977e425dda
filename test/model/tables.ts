/** Gives every distinct value a number, so that worlds are compared and stepped by numbers. */
export class Table<Value> {
  readonly #ids = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();
  readonly #values: Value[] = [];

  id(value: Value & object): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(value);
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#values.length;
      this.#ids.set(text, id);
      this.#values.push(value);
    }
    this.#known.set(value, id);
    return id;
  }

  get(id: number): Value {
    const value = this.#values[id];
    if (value === undefined) throw new Error(`no value ${id}`);
    return value;
  }

  get size(): number {
    return this.#values.length;
  }
}

/** The same for words. */
export class Words {
  readonly #ids = new Map<string, number>();
  readonly #words: string[] = [];

  id(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    this.#ids.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  get(id: number): string {
    return this.#words[id] ?? "";
  }
}
