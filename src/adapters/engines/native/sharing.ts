import { Bounded } from "./bounded.ts";

/** Files of more leaves than this are worked on by several threads at once. */
const SMALL_FILE_LEAVES = 4;

/** One job: enough to make the way to a thread cheap, little enough to stop soon and to show progress. */
const BATCH_FILES = 128;
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_LEAVES = 4;

/**
 * Cuts a stream of files into jobs, and keeps no more of them under way than the crew can take. Threads that write to
 * one file wait for each other in the kernel, so each works on a large file of its own as long as there are enough;
 * one file more is under way, so that nobody waits while one ends.
 */
export class Sharing {
  readonly #width: number;
  readonly #signal: AbortSignal;
  readonly #jobs: Bounded;
  readonly #large: Bounded;

  constructor(width: number, signal: AbortSignal) {
    this.#width = width;
    this.#signal = signal;
    this.#jobs = new Bounded(width * 2, signal);
    this.#large = new Bounded(width + 1, signal);
  }

  /**
   * `small` is called with batches, `large` with single files, which then call `leaves`. `inOnePiece` makes every
   * file small. Returns or throws only when nothing is under way any more.
   */
  async files<F extends { readonly size: number }>(
    files: AsyncIterable<F>,
    how: { readonly leafSize: number; readonly inOnePiece: boolean },
    small: (batch: F[]) => Promise<void>,
    large: (file: F) => Promise<void>,
  ): Promise<void> {
    const most = how.inOnePiece ? Number.POSITIVE_INFINITY : SMALL_FILE_LEAVES * how.leafSize;
    let batch: F[] = [];
    let bytes = 0;
    const handOut = async () => {
      const mine = batch;
      batch = [];
      bytes = 0;
      if (mine.length > 0) await this.#jobs.add(() => small(mine));
    };
    try {
      for await (const file of files) {
        if (file.size > most) {
          await this.#large.add(() => large(file));
          continue;
        }
        batch.push(file);
        bytes += file.size;
        if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) await handOut();
      }
      await handOut();
      await this.#large.drain();
      await this.#jobs.drain();
    } finally {
      await this.#large.settle();
      await this.#jobs.settle();
    }
  }

  /** Works on `count` leaves of one file. Returns or throws only when none of them is under way any more. */
  async leaves(count: number, work: (first: number, count: number) => Promise<void>): Promise<void> {
    const mine = new Bounded(() => (this.#large.running >= this.#width ? 1 : this.#width * 2), this.#signal);
    try {
      for (let first = 0; first < count; first += BATCH_LEAVES) {
        await mine.add(() => work(first, Math.min(BATCH_LEAVES, count - first)));
      }
      await mine.drain();
    } finally {
      await mine.settle();
    }
  }
}
