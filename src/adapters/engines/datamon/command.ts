import { join } from "node:path";
import type { Environment } from "../../../core/child-environment.ts";
import { EXIT_NOT_FOUND, lastLines } from "../../../core/datamon-output.ts";
import { type ErrorKind, KnownError } from "../../../core/errors.ts";
import type { Outcome } from "../../../core/exit-codes.ts";
import { signalName } from "../../../core/signals.ts";
import type { Log, Milliseconds } from "../../../ports.ts";
import type { Finished, Run, RunOptions } from "../../processes.ts";

const LINES_IN_ERROR = 3;
const LONGEST_LINE = 400;
/** Label and bundle look-ups read one small object; longer means that the store does not answer. */
const LOOKUP_TIMEOUT_MS: Milliseconds = 120_000;

/** How to run the command: the same for all its verbs. */
export interface CommandSetup {
  /** Name or path of the command. */
  readonly command: string;
  readonly env: Environment;
  /** Folder for the full logs, one file a run: `datamon_VERB.N.log`. */
  readonly logDirectory: string;
  readonly grace: Milliseconds;
  readonly log: Log;
  readonly run: Run;
}

/** Runs one verb after another, each with a log file of its own. */
export class DatamonCommand {
  readonly setup: CommandSetup;
  readonly #runs = new Map<string, number>();

  constructor(setup: CommandSetup) {
    this.setup = setup;
  }

  /** The log file of the next run of `verb`: `upload`, `download`, `mount`, … */
  logFile(verb: string): string {
    const n = this.#runs.get(verb) ?? 0;
    this.#runs.set(verb, n + 1);
    return join(this.setup.logDirectory, `datamon_${verb}.${n}.log`);
  }

  /** Errors: `system` when it cannot be started, `stopped` when `signal` aborts. */
  async run(
    verb: string,
    argv: readonly string[],
    options: Pick<RunOptions, "signal" | "timeout" | "onLine" | "onStart">,
  ): Promise<Finished> {
    const { command, env, grace, log, run } = this.setup;
    const logFile = this.logFile(verb);
    log.debug("running datamon", { command, argv: argv.join(" "), logFile });
    return run(command, argv, { ...options, env, grace, logFile });
  }

  /** A look-up that is over soon. The result's exit code 2 means that what was asked for does not exist. */
  async lookUp(verb: string, argv: readonly string[], signal: AbortSignal): Promise<Lookup> {
    const lines: string[] = [];
    const finished = await this.run(verb, argv, {
      signal,
      timeout: LOOKUP_TIMEOUT_MS,
      onLine: (line, stream) => {
        if (stream === "stdout" && lines.length < LINES_IN_ERROR) lines.push(line);
      },
    });
    const code = finished.outcome.type === "code" ? finished.outcome.code : undefined;
    return { found: code === 0, missing: code === EXIT_NOT_FOUND, lines, finished };
  }
}

export interface Lookup {
  readonly found: boolean;
  /** Surely not there, as opposed to: could not be looked up. */
  readonly missing: boolean;
  readonly lines: readonly string[];
  readonly finished: Finished;
}

export function succeeded(finished: Finished): boolean {
  return !finished.timedOut && finished.outcome.type === "code" && finished.outcome.code === 0;
}

function endOf(outcome: Outcome): string {
  return outcome.type === "code"
    ? `exited with code ${outcome.code}`
    : `was ended by ${signalName(outcome.signal)}`;
}

/** The last words of a command: on stderr, else on stdout. */
export function lastWords(output: { readonly stdout: string; readonly stderr: string }): string {
  const stderr = lastLines(output.stderr, LINES_IN_ERROR);
  const lines = stderr.length > 0 ? stderr : lastLines(output.stdout, LINES_IN_ERROR);
  if (lines.length === 0) return "it printed nothing";
  return lines.map((line) => line.slice(0, LONGEST_LINE)).join(" | ");
}

/** Where to read on after a failure. */
export function logRemedy(output: { readonly logFile: string | undefined }): { readonly remedy?: string } {
  return output.logFile === undefined ? {} : { remedy: `datamon's full log is ${output.logFile}` };
}

/** `cannot WHAT: datamon exited with code 1: its last words`, with its log file as remedy. */
export function commandFailure(
  what: string,
  ended: Pick<Finished, "outcome" | "stdout" | "stderr" | "logFile"> & { readonly timedOut?: boolean },
  kind: ErrorKind = "transfer",
): KnownError {
  const how = ended.timedOut === true ? "took too long" : endOf(ended.outcome);
  return new KnownError(kind, `cannot ${what}: datamon ${how}: ${lastWords(ended)}`, logRemedy(ended));
}
