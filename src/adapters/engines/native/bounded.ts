import { setImmediate } from "node:timers/promises";
import { KnownError } from "../../../core/errors.ts";

/**
 * Runs tasks, at most `limit` (a number, or one that is asked for each time) at the same time. After the first failure, or once `signal` is aborted, no further
 * task starts; `drain` waits for those that run, so that nothing is still at work when files are closed.
 */
export class Bounded {
  readonly #limit: () => number;
  readonly #signal: AbortSignal;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void)[] = [];

  constructor(limit: number | (() => number), signal: AbortSignal) {
    this.#limit = typeof limit === "number" ? () => limit : limit;
    this.#signal = signal;
  }

  get running(): number {
    return this.#running;
  }

  /** Waits for room, then starts the task without waiting for its end. Throws the first failure of any task. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#limit() && this.#failure === undefined) await this.#changed();
    this.#check();
    this.#running += 1;
    void task()
      .catch((error: unknown) => (this.#failure ??= { error }))
      .finally(() => {
        this.#running -= 1;
        for (const wake of this.#wake.splice(0)) wake();
      });
  }

  /** Waits until nothing runs any more, whatever came of it. */
  async settle(): Promise<void> {
    while (this.#running > 0) await this.#changed();
  }

  /** Waits for all tasks. Throws the first failure. */
  async drain(): Promise<void> {
    await this.settle();
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    throwIfStopped(this.#signal);
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

/** Errors: `stopped`, once the signal is aborted. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new KnownError("stopped", "cannot finish the transfer: it was asked to stop", {
    cause: signal.reason,
  });
}

const LONGEST_BREATH_MS = 20;

/**
 * For loops of synchronous work in the main thread: now and then lets timers and signals through, because a
 * participant that does not beat is taken for dead.
 */
export function breather(signal: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < LONGEST_BREATH_MS) return;
    await setImmediate();
    throwIfStopped(signal);
    since = performance.now();
  };
}
