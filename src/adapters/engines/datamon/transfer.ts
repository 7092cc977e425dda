import { KnownError } from "../../../core/errors.ts";
import type { Milliseconds, Progress, Report } from "../../../ports.ts";
import type { Finished } from "../../processes.ts";
import type { OnLine } from "../../processes/child.ts";
import { watchStall } from "./activity.ts";
import type { DatamonCommand } from "./command.ts";

const MEASURE_INTERVAL_MS = 1000;
/** Measuring walks folders: it may take a twentieth of the time. */
const MEASURE_SHARE = 20;

export interface Transfer {
  /** `upload`, `download`. */
  readonly verb: string;
  readonly argv: readonly string[];
  /** For the error: `download the bundle …`. */
  readonly what: string;
  /** No bytes moved for so long: it is given up. */
  readonly stall: Milliseconds;
  readonly onLine?: OnLine;
  /** Looks at how far it is; undefined when that is not known yet. */
  measure(pid: number): Promise<Progress | undefined>;
}

/**
 * Runs a transfer with progress and an end: datamon itself retries without a deadline.
 * Errors: `transfer` when it stalls, `stopped`, `system`. An exit code is left to the caller.
 */
export async function runTransfer(
  command: DatamonCommand,
  transfer: Transfer,
  report: Report,
  signal: AbortSignal,
): Promise<Finished> {
  const stop = new AbortController();
  const passOn = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", passOn, { once: true });
  if (signal.aborted) passOn();
  const { verb, argv, what, stall, onLine } = transfer;
  const endings: (() => void)[] = [];
  try {
    return await command.run(verb, argv, {
      signal: stop.signal,
      ...(onLine === undefined ? {} : { onLine }),
      onStart: (pid) => {
        const stalled = (): void => stop.abort(stallError(what, stall));
        endings.push(
          watchStall(pid, stall, stalled),
          reportRegularly(() => transfer.measure(pid), report),
        );
      },
    });
  } finally {
    signal.removeEventListener("abort", passOn);
    for (const end of endings) end();
  }
}

function stallError(what: string, stall: Milliseconds): KnownError {
  return new KnownError(
    "transfer",
    `cannot ${what}: datamon moved no data for ${Math.round(stall / 1000)} s`,
    {
      remedy: "check that the store can be reached from this container",
    },
  );
}

function reportRegularly(measure: () => Promise<Progress | undefined>, report: Report): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const started = performance.now();
    const progress = await measure();
    if (over) return;
    if (progress !== undefined) report(progress);
    const pause = Math.max(MEASURE_INTERVAL_MS, (performance.now() - started) * MEASURE_SHARE);
    timer = setTimeout(() => void look(), pause);
  };
  timer = setTimeout(() => void look(), MEASURE_INTERVAL_MS);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
