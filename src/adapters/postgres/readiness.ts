import type { Milliseconds } from "../../ports.ts";
import { sqlstateOf } from "./session.ts";

/** The server's log wakes us at the moment it is ready; without it we look this often. */
const POLL_MS = 100;

/** Server states that pass: starting up, and too many clients at once. */
const PASSING = new Set(["57P03", "53300"]);

export interface Patience {
  /** Resolves when it is worth trying again at once. */
  readonly hint: Promise<void>;
  /** Rejects when waiting has become pointless: the server ended, or we are to stop. */
  readonly hopeless: Promise<never>;
  readonly deadline: Milliseconds | undefined;
}

/**
 * Repeats `attempt` until it succeeds. A refused connection and a server that is starting up pass; what the server says
 * otherwise is final. Returns false when the deadline (of `performance.now`) has passed.
 */
export async function untilAnswers(attempt: () => Promise<unknown>, patience: Patience): Promise<boolean> {
  let hinted = false;
  const hint = patience.hint.then(() => (hinted = true));
  for (;;) {
    try {
      await Promise.race([attempt(), patience.hopeless]);
      return true;
    } catch (error) {
      const state = sqlstateOf(error);
      await Promise.race([patience.hopeless, Promise.resolve()]);
      if (state !== undefined && !PASSING.has(state)) throw error;
    }
    if (patience.deadline !== undefined && performance.now() > patience.deadline) return false;
    const pause = Bun.sleep(POLL_MS);
    await Promise.race([patience.hopeless, pause, ...(hinted ? [] : [hint])]);
  }
}
