import type { Milliseconds } from "../../ports.ts";
import { signalGroup } from "./child.ts";

const DEFAULT_GRACE_MS = 10_000;

/**
 * Ends a process group in steps when it is asked to stop or its time is up: TERM, grace, KILL. zx's own `kill`
 * looks the group up with `ps` through a shell that may be missing.
 */
export class Ladder {
  timedOut = false;
  readonly #pid: number;
  readonly #grace: Milliseconds;
  readonly #signal: AbortSignal | undefined;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #climbing = false;

  constructor(
    pid: number,
    options: {
      readonly timeout?: Milliseconds;
      readonly grace?: Milliseconds;
      readonly signal?: AbortSignal;
    },
  ) {
    this.#pid = pid;
    this.#grace = options.grace ?? DEFAULT_GRACE_MS;
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#climb, { once: true });
    if (options.timeout === undefined) return;
    const expire = (): void => {
      this.timedOut = true;
      this.#climb();
    };
    this.#timers.push(setTimeout(expire, options.timeout));
  }

  /** Call when the leader has ended: whoever of its group ignored TERM and outlived it goes too. */
  done(): void {
    this.#signal?.removeEventListener("abort", this.#climb);
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#climbing) signalGroup(this.#pid, "SIGKILL");
  }

  readonly #climb = (): void => {
    if (this.#climbing) return;
    this.#climbing = true;
    signalGroup(this.#pid, "SIGTERM");
    this.#timers.push(setTimeout(() => signalGroup(this.#pid, "SIGKILL"), this.#grace));
  };
}
