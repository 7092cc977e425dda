/** What a kubelet asks: has it begun, does it serve, does it live? */
import { formatDuration } from "./duration.ts";
import { WRAPPER } from "./participants.ts";
import { hasEnded, type Status } from "./status.ts";

/** A participant as a probe sees it. */
export interface Sign {
  readonly participant: string;
  /** Its status of this run; undefined before it has begun. */
  readonly status: Status | undefined;
  /** Milliseconds since its status was refreshed, by a clock that both go by. */
  readonly quiet: number;
}

/** The answer to a probe, with the reason in words. */
export interface Verdict {
  readonly ok: boolean;
  readonly words: string;
}

/** Whether it does, or did, what others wait for: a sidecar serves, the application runs. */
export function judgeReady({ participant, status }: Sign): Verdict {
  if (status === undefined) return notBegun(participant);
  const { phase, doing } = status;
  const ready =
    participant === WRAPPER
      ? phase === "running" || phase === "stopping" || phase === "uploading" || phase === "done"
      : phase === "ready" || phase === "uploading" || phase === "done";
  return { ok: ready, words: `${participant} is ${phase}${doing === undefined ? "" : `: ${doing}`}` };
}

/** Whether it has given a sign of life lately. Who is done owes none; who failed does not live. */
export function judgeAlive({ participant, status, quiet }: Sign, silenceTimeout: number): Verdict {
  if (status === undefined) return notBegun(participant);
  const { phase, failure } = status;
  if (hasEnded(status)) {
    const cause = failure === undefined ? "" : `: ${failure.cause}`;
    return { ok: phase === "done", words: `${participant} is ${phase}${cause}` };
  }
  const words = `${participant} is ${phase}, last sign of life ${formatDuration(Math.max(0, quiet))} ago`;
  return { ok: quiet <= silenceTimeout, words };
}

/** One verdict on several participants: the worst of them, or all when they are well. */
export function together(verdicts: readonly Verdict[]): Verdict {
  const bad = verdicts.filter(({ ok }) => !ok);
  const told = bad.length > 0 ? bad : verdicts;
  return { ok: bad.length === 0, words: told.map(({ words }) => words).join("; ") };
}

function notBegun(participant: string): Verdict {
  return { ok: false, words: `${participant} has not begun` };
}
