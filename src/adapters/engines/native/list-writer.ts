import { ENTRIES_PER_LIST, type Entry, fileListText } from "../../../core/storage/file-list.ts";

/**
 * Fills file lists in the order in which places were taken, although the files get done in another. A list is
 * written once all its places are filled, and forgotten then.
 */
export class ListWriter {
  readonly #write: (index: number, bytes: Uint8Array) => Promise<void>;
  readonly #open = new Map<number, { entries: (Entry | undefined)[]; missing: number }>();
  #taken = 0;

  constructor(write: (index: number, bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** A place for a file whose key is not known yet. */
  take(): number {
    const list = Math.floor(this.#taken / ENTRIES_PER_LIST);
    const there = this.#open.get(list) ?? { entries: [], missing: 0 };
    there.entries.push(undefined);
    there.missing += 1;
    this.#open.set(list, there);
    return this.#taken++;
  }

  /** Without an entry the place stays empty: the file was left out. */
  async fill(place: number, entry: Entry | undefined): Promise<void> {
    const index = Math.floor(place / ENTRIES_PER_LIST);
    const list = this.#open.get(index);
    if (list === undefined) throw new Error(`file list ${index} is written already`);
    list.entries[place % ENTRIES_PER_LIST] = entry;
    list.missing -= 1;
    if (list.missing === 0 && list.entries.length === ENTRIES_PER_LIST)
      await this.#finish(index, list.entries);
  }

  /** Writes the last list; the number of lists. All places must be filled. */
  async end(): Promise<number> {
    for (const [index, list] of this.#open) {
      if (list.missing > 0) throw new Error(`file list ${index} has ${list.missing} places left`);
      await this.#finish(index, list.entries);
    }
    return Math.ceil(this.#taken / ENTRIES_PER_LIST);
  }

  async #finish(index: number, entries: readonly (Entry | undefined)[]): Promise<void> {
    this.#open.delete(index);
    await this.#write(
      index,
      new TextEncoder().encode(fileListText(entries.filter((entry) => entry !== undefined))),
    );
  }
}
