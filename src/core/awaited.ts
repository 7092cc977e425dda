/** What somebody outside waits for: that a participant is ready, or done. */
import { formatDuration } from "./duration.ts";
import { isSilent, type Liveness } from "./liveness.ts";
import { owesBeats } from "./observation.ts";
import type { MarkerName } from "./participants.ts";
import { judgeReady } from "./probes.ts";
import type { Status } from "./status.ts";

export const GOALS = ["ready", "done"] as const;
export type Goal = (typeof GOALS)[number];

/** One look at a participant; an old one leaves markers only. */
export interface Look {
  readonly participant: string;
  readonly status: Status | undefined;
  readonly markers: readonly MarkerName[];
  readonly liveness: Liveness;
}

export type Awaited =
  | { readonly type: "reached" }
  /** It will never be reached; the cause in words. */
  | { readonly type: "failed"; readonly words: string }
  | { readonly type: "pending"; readonly words: string };

/** Milliseconds of silence after which a participant counts as failed: `silenceTimeout`. */
export function judgeAwaited(look: Look, goal: Goal, silenceTimeout: number): Awaited {
  const { participant, status, markers, liveness } = look;
  if (status === undefined) {
    const reached = markers.includes(goal === "ready" ? "ready" : "uploaded");
    return reached ? { type: "reached" } : { type: "pending", words: `${participant} has not begun` };
  }
  const { phase, failure, doing } = status;
  if (phase === "failed") {
    const why = failure === undefined ? "" : ` while ${failure.phase}: ${failure.cause}`;
    return { type: "failed", words: `${participant} failed${why}` };
  }
  const reached = goal === "done" ? phase === "done" : judgeReady({ participant, status, quiet: 0 }).ok;
  if (reached) return { type: "reached" };
  if (owesBeats(status) && isSilent(liveness, silenceTimeout)) {
    const quiet = formatDuration(liveness.quiet);
    return {
      type: "failed",
      words: `${participant} has given no sign of life for ${quiet} (last phase: ${phase})`,
    };
  }
  return {
    type: "pending",
    words: `${participant} is ${phase}${doing === undefined ? "" : `: ${doing}`}`,
  };
}
