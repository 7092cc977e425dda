import type { Origin } from "./origin.ts";
import { ConfigurationError } from "./problems.ts";
import type { Problem } from "./problems.ts";
import type { Program } from "./programs.ts";
import type { Inputs } from "./settings.ts";

/** What the settings of a program come to, right or wrong. */
export interface Examination {
  readonly origins: readonly Origin[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Looks at settings without using them. The application's command may be left out. */
export function examine(program: Program, inputs: Inputs): Examination {
  try {
    const { origins, warnings } = program.parse(inputs);
    return { origins, warnings, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.problems.filter((problem) => problem.key !== "command");
    return { origins: error.origins, warnings: [], problems };
  }
}
