import { KnownError } from "../core/errors.ts";
import type { Origin } from "./origin.ts";
import { masked } from "./secrets.ts";

/** One mistake in the settings, with all that is needed to mend it. */
export interface Problem {
  /** Our name of the setting, or the unknown name as it was written. */
  readonly key: string;
  /** The value as given; left out when there is none or when it must not be shown. */
  readonly value?: string;
  /** `--coord-point`, `SIDECAR_COORD_POINT`, `job.yaml:12`; left out for what was given nowhere. */
  readonly source?: string;
  /** What is wrong, to be read after the key and the value: `is not a duration`. */
  readonly cause: string;
  /** What to do next, as an instruction. */
  readonly remedy: string;
  /** The command line itself cannot be understood. */
  readonly usage?: true;
}

const SHOWN_CHARACTERS = 120;
const SHOWN_PROBLEMS = 100;

/** Every mistake in the settings at once: `usage` when all are of the command line, else `configuration`. */
export class ConfigurationError extends KnownError {
  readonly problems: readonly Problem[];
  /** Where the values that could be read came from, for `config show`. */
  readonly origins: readonly Origin[];

  constructor(problems: readonly Problem[], origins: readonly Origin[] = []) {
    const kind = problems.every((problem) => problem.usage === true) ? "usage" : "configuration";
    super(kind, messageOf(problems));
    this.name = "ConfigurationError";
    this.problems = problems;
    this.origins = origins;
  }
}

/** The same for the command line of `wrap_application.sh`, which always exited with 1. */
export class LegacyUsageError extends ConfigurationError {
  readonly exitCode = 1;
}

/** A mistake in one line: `beatInterval "5x" (--beat-interval) is not a duration; write 30s or 5m`. */
export function problemLine(problem: Problem): string {
  const value = problem.value === undefined ? "" : ` "${visible(masked(problem.value))}"`;
  const source = problem.source === undefined ? "" : ` (${visible(problem.source)})`;
  return `${visible(problem.key)}${value}${source} ${problem.cause}; ${problem.remedy}`;
}

function messageOf(problems: readonly Problem[]): string {
  const [first] = problems;
  if (problems.length === 1 && first !== undefined) return `cannot use the settings: ${problemLine(first)}`;
  const lines = problems.slice(0, SHOWN_PROBLEMS).map((problem) => `  - ${problemLine(problem)}`);
  if (problems.length > lines.length) lines.push(`  - and ${problems.length - lines.length} more`);
  return [`cannot use the settings: ${problems.length} problems`, ...lines].join("\n");
}

/** Control characters would forge lines of the log. */
function visible(text: string): string {
  const shown = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  return shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown;
}
