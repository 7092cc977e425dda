import { showName } from "../../../core/storage/names.ts";

/** Names kept for the end of an upload, whatever their number: its memory stays flat. */
const NAMES_KEPT = 1000;

/** Notes what an upload leaves out, because it was told to go on without what it cannot read. */
export class Skipped {
  readonly #named: string[] = [];
  #count = 0;

  add(name: string, why: string): void {
    this.#count += 1;
    if (this.#named.length < NAMES_KEPT) this.#named.push(`${showName(name)} (${why})`);
  }

  get count(): number {
    return this.#count;
  }

  /** Names with the reason, of the first that were noted. */
  get named(): readonly string[] {
    return this.#named;
  }
}
