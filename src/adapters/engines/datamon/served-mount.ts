import { KnownError } from "../../../core/errors.ts";
import type { Outcome } from "../../../core/exit-codes.ts";
import type { Log, Milliseconds, Mount } from "../../../ports.ts";
import type { Mounts } from "../../mounts.ts";
import type { Supervised } from "../../processes.ts";
import { settledWithin } from "../../settled-within.ts";
import { commandFailure, lastWords } from "./command.ts";
import { isDatamonMount } from "./mount-point.ts";

/** A mount that somebody else took away while its process lives on is noticed within this time. */
const TABLE_INTERVAL_MS = 1000;
/** While files are open below it, unmounting is refused and asked for again. */
const ASK_AGAIN_MS = 500;

export interface ServedMountParts {
  readonly child: Supervised;
  readonly mounts: Mounts;
  /** A real path. */
  readonly mountPoint: string;
  /** How long the process may take to unmount by itself. */
  readonly grace: Milliseconds;
  readonly log: Log;
}

/** A `datamon bundle mount` process and the mount it serves. */
export class ServedMount implements Mount {
  readonly mountPoint: string;
  readonly died: Promise<Error>;
  readonly ended: Promise<Outcome>;
  /** How the process ended, once it has. */
  outcome: Outcome | undefined;
  readonly #parts: ServedMountParts;
  readonly #die: (cause: Error) => void;
  #released: Promise<void> | undefined;

  constructor(parts: ServedMountParts) {
    this.#parts = parts;
    this.mountPoint = parts.mountPoint;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.died = promise;
    this.#die = resolve;
    this.ended = parts.child.ended.then((outcome) => (this.outcome = outcome));
  }

  isMounted(): boolean {
    const entry = this.#parts.mounts.at(this.mountPoint);
    return entry !== undefined && isDatamonMount(entry);
  }

  output(): ReturnType<Supervised["output"]> {
    return this.#parts.child.output();
  }

  lastWords(): string {
    return lastWords(this.output());
  }

  /** From now on the end of the process, or of the mount, is a death. */
  watch(): void {
    const timer = setInterval(() => {
      if (this.#released !== undefined) clearInterval(timer);
      else if (!this.isMounted()) {
        clearInterval(timer);
        this.#died(
          new KnownError("system", `the mount at "${this.mountPoint}" vanished from the mount table`),
        );
      }
    }, TABLE_INTERVAL_MS);
    void this.ended.then((outcome) => {
      clearInterval(timer);
      this.#died(
        commandFailure(`go on serving the mount at "${this.mountPoint}"`, { ...this.output(), outcome }),
      );
    });
  }

  release(): Promise<void> {
    this.#released ??= this.#unmount();
    return this.#released;
  }

  #died(cause: Error): void {
    if (this.#released === undefined) this.#die(cause);
  }

  /** SIGINT is the only signal datamon unmounts on; TERM or KILL leave a dead mount behind. */
  async #unmount(): Promise<void> {
    const { child, mounts, grace, log } = this.#parts;
    const deadline = performance.now() + grace;
    while (this.outcome === undefined && performance.now() < deadline) {
      child.signal("SIGINT");
      await settledWithin(this.ended, Math.min(ASK_AGAIN_MS, grace));
    }
    if (this.isMounted()) {
      log.warn("the mount did not go by itself, detaching it", { mountPoint: this.mountPoint });
      await mounts.detach(this.mountPoint, isDatamonMount).finally(() => child.kill());
    }
    child.kill();
    await this.ended;
    // A process that was about to mount when it was killed may have left a mount after all.
    await mounts.detach(this.mountPoint, isDatamonMount);
  }
}
