import { type BundleRecord, bundleRecordsAt } from "./bundle-record.ts";
import { integerAt, type JsonObject, objectAt, oneOf, parseObject, stringAt } from "./json.ts";

/**
 * Phases of a participant. Wrapper: waiting → running → (stopping) → uploading → done. Sidecar: preparing →
 * ready → uploading → done. Any → failed.
 */
export const PHASES = [
  "waiting",
  "running",
  "stopping",
  "preparing",
  "ready",
  "uploading",
  "done",
  "failed",
] as const;
export type Phase = (typeof PHASES)[number];

/** The wrapper's verdict on the output, once the application has ended. */
export type Decision = "upload" | "discard";

export interface Failure {
  /** The phase it happened in. */
  readonly phase: Phase;
  /** The cause in words, one line. */
  readonly cause: string;
  readonly exitCode: number;
}

/** One participant's status file: written by its owner alone, refreshed for as long as it lives. */
export interface Status {
  readonly version: 1;
  readonly participant: string;
  readonly run: string;
  /** 1 for the first start in this run, one more for each restart. */
  readonly attempt: number;
  readonly phase: Phase;
  /** Wall clock of the writer when the phase began, RFC 3339. */
  readonly since: string;
  /** Counts up at every refresh; readers look whether it changes, never at clocks. */
  readonly beat: number;
  /** Wall clock of the writer at this refresh, RFC 3339; for people. */
  readonly at: string;
  /** What is being done or waited for, in words. */
  readonly doing?: string;
  /** Wrapper only. */
  readonly decision?: Decision;
  /** Wrapper only: the application's exit code, 128+n for a signal, once it has ended. */
  readonly applicationExitCode?: number;
  /** Wrapper only: the `serving` of each sidecar when the application was started. */
  readonly served?: Readonly<Record<string, string>>;
  /**
   * Wrapper: goes out with the decision to upload, a word that nobody could know before the application had ended. Sidecar: the
   * request that its upload answers; none when it began for any other reason.
   */
  readonly request?: string;
  /**
   * Sidecar only: a word for the preparations that are being served. A change while the application runs means
   * that what it was using has been lost in between.
   */
  readonly serving?: string;
  readonly bundles: readonly BundleRecord[];
  /** Ids set aside for uploads, by destination name. */
  readonly reserved: Readonly<Record<string, string>>;
  readonly failure?: Failure;
}

export function hasEnded(participant: { readonly phase: Phase }): boolean {
  return participant.phase === "done" || participant.phase === "failed";
}

export function formatStatus(status: Status): string {
  return `${JSON.stringify(status)}\n`;
}

/** Reads a status file; undefined when it is not one. Unknown keys are a newer version's and are passed over. */
export function parseStatus(text: string): Status | undefined {
  const object = parseObject(text);
  if (object === undefined || integerAt(object, "version") !== 1) return undefined;
  const participant = stringAt(object, "participant");
  const run = stringAt(object, "run");
  const attempt = integerAt(object, "attempt");
  const phase = oneOf(PHASES, stringAt(object, "phase"));
  const beat = integerAt(object, "beat");
  const bundles = bundleRecordsAt(object, "bundles");
  const reserved = textsAt(object, "reserved");
  if (participant === undefined || run === undefined || attempt === undefined) return undefined;
  if (phase === undefined || beat === undefined) return undefined;
  if (bundles === undefined || reserved === undefined) return undefined;
  const doing = stringAt(object, "doing");
  const decision = oneOf(["upload", "discard"], stringAt(object, "decision"));
  const applicationExitCode = integerAt(object, "applicationExitCode");
  const failure = failureAt(object);
  const served = textsAt(object, "served");
  const request = stringAt(object, "request");
  const serving = stringAt(object, "serving");
  return {
    version: 1,
    participant,
    run,
    attempt,
    phase,
    since: stringAt(object, "since") ?? "",
    beat,
    at: stringAt(object, "at") ?? "",
    bundles,
    reserved,
    ...(doing === undefined ? {} : { doing }),
    ...(decision === undefined ? {} : { decision }),
    ...(applicationExitCode === undefined ? {} : { applicationExitCode }),
    ...(served === undefined ? {} : { served }),
    ...(request === undefined ? {} : { request }),
    ...(serving === undefined ? {} : { serving }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function failureAt(object: JsonObject): Failure | undefined {
  const failure = objectAt(object, "failure");
  if (failure === undefined) return undefined;
  const phase = oneOf(PHASES, stringAt(failure, "phase"));
  const cause = stringAt(failure, "cause");
  const exitCode = integerAt(failure, "exitCode");
  if (phase === undefined || cause === undefined || exitCode === undefined) return undefined;
  return { phase, cause, exitCode };
}

function textsAt(object: JsonObject, key: string): Readonly<Record<string, string>> | undefined {
  const texts = objectAt(object, key);
  if (texts === undefined) return undefined;
  const entries = Object.entries(texts);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === "string")
    ? Object.fromEntries(entries)
    : undefined;
}
