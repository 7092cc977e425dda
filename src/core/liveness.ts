/**
 * Is another participant alive? Counted on our own clock from the last *change* we saw of its beat, so that
 * two machines' clocks are never compared. A gap in our own attention (a paused node, SIGSTOP) counts only up to `GAP_LIMIT_MS`:
 * after such a gap nobody has had a chance to beat.
 */
const GAP_LIMIT_MS = 10_000;

export interface Liveness {
  /** Attempt and beat last seen; undefined until the first beat. */
  readonly beat: string | undefined;
  /** Milliseconds without a change, as far as we were watching. */
  readonly quiet: number;
}

export const UNSEEN: Liveness = { beat: undefined, quiet: 0 };

/** `beat` is what was seen this time (undefined: nothing), `elapsed` the milliseconds since we last looked. */
export function watch(liveness: Liveness, beat: string | undefined, elapsed: number): Liveness {
  if (beat !== undefined && beat !== liveness.beat) return { beat, quiet: 0 };
  return { beat: liveness.beat, quiet: liveness.quiet + Math.min(Math.max(elapsed, 0), GAP_LIMIT_MS) };
}

/** It has beaten, and then fell silent for longer than `timeout` milliseconds. */
export function isSilent(liveness: Liveness, timeout: number): boolean {
  return liveness.beat !== undefined && liveness.quiet > timeout;
}
