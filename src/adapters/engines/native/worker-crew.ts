import { KnownError } from "../../../core/errors.ts";
import type { Crew } from "./crew.ts";
import type { Input, JobName, Output } from "./jobs.ts";
import { fromWire, type Request, type Response } from "./worker-message.ts";
import type { Session } from "./workbench.ts";

/**
 * Where the thread's program is. From source it lies beside this file. A compiled binary holds it only when
 * `bun build` is given it as a second entry point, after `src/main.ts`; it is then found by its path below the
 * entry points' common folder (`src`), with its own ending, and in no other way (seen with Bun 1.4.5).
 */
const PROGRAM = import.meta.url.includes("/$bunfs/")
  ? "./adapters/engines/native/worker.ts"
  : new URL("./worker.ts", import.meta.url).href;

interface Waiting {
  readonly request: Request;
  readonly done: (output: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** Shares the jobs out to threads, which are started when they are first needed. */
export class WorkerCrew implements Crew {
  readonly width: number;
  readonly #threads: Thread[] = [];
  readonly #idle: Thread[] = [];
  readonly #queue: Waiting[] = [];

  constructor(width: number) {
    this.width = width;
  }

  run<J extends JobName>(session: Session, job: J, input: Input<J>): Promise<Output<J>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({
        request: { type: "job", session, job, input },
        done: (output) => resolve(output as Output<J>),
        failed: reject,
      });
      this.#handOut();
    });
  }

  async forget(session: Session): Promise<void> {
    await Promise.all(
      this.#threads.map(
        (thread) =>
          new Promise<void>((resolve) => {
            const done = () => resolve();
            thread.give({ request: { type: "forget", session: session.id }, done, failed: done });
          }),
      ),
    );
  }

  /** Ends the threads; nothing may be under way. */
  end(): void {
    for (const thread of this.#threads.splice(0)) thread.end();
    this.#idle.length = 0;
  }

  #handOut(): void {
    if (this.#idle.length === 0 && this.#threads.length < this.width) {
      const thread: Thread = new Thread(() => {
        this.#idle.push(thread);
        this.#handOut();
      });
      this.#threads.push(thread);
      this.#idle.push(thread);
    }
    const next = this.#idle.length > 0 ? this.#queue.shift() : undefined;
    if (next !== undefined) this.#idle.pop()?.give(next);
  }
}

/** One thread; it answers its requests in order. */
class Thread {
  readonly #worker: Worker;
  readonly #pending: Waiting[] = [];
  #death: KnownError | undefined;

  constructor(idle: () => void) {
    this.#worker = new Worker(PROGRAM);
    this.#worker.addEventListener("message", (event: MessageEvent<Response>) => {
      const waiting = this.#pending.shift();
      if (event.data.type === "done") waiting?.done(event.data.output);
      else waiting?.failed(fromWire(event.data.error));
      if (waiting?.request.type === "job") idle();
    });
    this.#worker.addEventListener("error", (event) => this.#died(event.message));
    this.#worker.addEventListener("close", () => this.#died("it ended by itself"));
  }

  give(waiting: Waiting): void {
    if (this.#death !== undefined) return waiting.failed(this.#death);
    this.#pending.push(waiting);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(waiting.request);
  }

  end(): void {
    this.#worker.terminate();
  }

  #died(why: string): void {
    this.#death ??= new KnownError("bug", `a worker thread of the native engine died: ${why}`);
    for (const waiting of this.#pending.splice(0)) waiting.failed(this.#death);
  }
}
