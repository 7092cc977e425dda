import { bar, describeProgress, isComplete, paceOf } from "../core/progress.ts";
import { harmless } from "../core/log.ts";
import type { Clock, Log, Milliseconds, Report } from "../ports.ts";
import { CLEAR_LINE } from "./log.ts";
import { writeAll } from "./output.ts";

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 10_000;
const DEFAULT_COLUMNS = 80;
const STDERR = 2;

export interface ProgressOptions {
  /** What is moved, and which way: `download of "input"`. */
  readonly label: string;
  /** Whether a bar can be drawn; otherwise a log line is written every 10 s and at the end. */
  readonly terminal: boolean;
  readonly clock: Pick<Clock, "now">;
  readonly fd?: number;
}

/** Shows one transfer: a bar on a terminal, log lines elsewhere, and in both one log line once it is complete. */
export function createProgress(log: Log, options: ProgressOptions): Report {
  const { label, terminal, clock } = options;
  const fd = options.fd ?? STDERR;
  const started = clock.now();
  const interval = terminal ? BAR_INTERVAL_MS : LINE_INTERVAL_MS;
  let shown: Milliseconds = started;
  let finished = false;
  return (progress) => {
    const now = clock.now();
    const complete = isComplete(progress);
    if (finished || (!complete && now - shown < interval)) return;
    finished = complete;
    shown = now;
    const words = describeProgress(progress, now - started);
    if (terminal && !complete) {
      const columns = process.stderr.columns ?? DEFAULT_COLUMNS;
      writeAll(fd, `${CLEAR_LINE}${harmless(`${label} ${bar(progress)} ${words}`).slice(0, columns - 1)}`);
      return;
    }
    if (terminal) writeAll(fd, CLEAR_LINE);
    const pace = paceOf(progress, now - started);
    log.info(`${label}: ${words}`, {
      ...progress,
      ...(pace === undefined ? {} : { bytesPerSecond: Math.round(pace.rate) }),
      ...(pace === undefined || complete ? {} : { remainingSeconds: Math.round(pace.remaining) }),
    });
  };
}
