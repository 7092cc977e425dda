/**
 * Is another participant alive? Counted on our own clock from the last *change* we saw of its beat, so that
 * two machines' clocks are never compared. A gap in our own attention (a paused node, SIGSTOP) counts for a third of the
 * timeout at most: after such a gap nobody has had a chance to beat.
 */
const GAP_SHARE = 1 / 3;

export interface Liveness {
  /** Attempt and beat last seen; undefined until the first beat. */
  readonly beat: string | undefined;
  /** Milliseconds without a change, as far as we were watching. */
  readonly quiet: number;
}

export const UNSEEN: Liveness = { beat: undefined, quiet: 0 };

/**
 * `beat` is what was seen this time (undefined: nothing), `elapsed` the milliseconds since we last looked, `timeout` the
 * milliseconds after which `isSilent` will be asked.
 */
export function watch(
  liveness: Liveness,
  beat: string | undefined,
  elapsed: number,
  timeout: number,
): Liveness {
  if (beat !== undefined && beat !== liveness.beat) return { beat, quiet: 0 };
  const counted = Math.min(Math.max(elapsed, 0), timeout * GAP_SHARE);
  return { beat: liveness.beat, quiet: liveness.quiet + counted };
}

/** It has beaten, and then fell silent for longer than `timeout` milliseconds. */
export function isSilent(liveness: Liveness, timeout: number): boolean {
  return liveness.beat !== undefined && liveness.quiet > timeout;
}
