import { problemLine } from "../../../config/problems.ts";
import { EXIT_CODES } from "../../../core/exit-codes.ts";
import { writeAll } from "../../../adapters/output.ts";
import { print } from "../../print.ts";
import type { AnyCommand } from "../../run-command.ts";
import { examined, requestOf, usage } from "./examined.ts";

const PURPOSE = "Judges the settings of a role without using them: every problem, each with what to do.";

const command: AnyCommand = {
  meta: { name: "validate", description: PURPOSE },
  async run({ rawArgs }) {
    const request = requestOf(rawArgs);
    if (request.help) {
      print(usage("validate", PURPOSE));
      return 0;
    }
    const { problems, warnings } = await examined(request);
    if (request.json) print(JSON.stringify({ valid: problems.length === 0, problems, warnings }));
    else if (problems.length === 0) print(`the settings of ${request.role} are valid`);
    if (!request.json) {
      for (const warning of warnings) writeAll(2, `warning: ${warning}\n`);
      for (const problem of problems) writeAll(2, `problem: ${problemLine(problem)}\n`);
    }
    return problems.length === 0 ? 0 : EXIT_CODES.configuration;
  },
};

export default command;
