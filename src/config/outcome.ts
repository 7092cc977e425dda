import { ConfigurationError } from "./problems.ts";
import type { Problem } from "./problems.ts";
import type { Resolved } from "./resolve.ts";
import type { Parsed } from "./settings.ts";

/** What the rules across settings have to say. */
export interface Verdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** A verdict being reached. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: string[];
}

/** The settings, or every problem at once. `build` runs only when there is none. */
export function outcome<Settings>(
  resolved: Resolved,
  verdict: Verdict,
  build: () => Settings,
  failure: typeof ConfigurationError = ConfigurationError,
): Parsed<Settings> {
  const problems = [...resolved.problems, ...verdict.problems];
  if (problems.length > 0) throw new failure(problems, resolved.origins);
  return {
    settings: build(),
    origins: resolved.origins,
    warnings: [...resolved.warnings, ...verdict.warnings],
  };
}
