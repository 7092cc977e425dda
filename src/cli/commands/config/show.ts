import { problemLine } from "../../../config/problems.ts";
import { EXIT_CODES } from "../../../core/exit-codes.ts";
import { writeAll } from "../../../adapters/output.ts";
import { print } from "../../print.ts";
import type { AnyCommand } from "../../run-command.ts";
import { examined, requestOf, usage } from "./examined.ts";

const PURPOSE = "Prints each setting of a role with its value and where that came from. Secrets are masked.";

const command: AnyCommand = {
  meta: { name: "show", description: PURPOSE },
  async run({ rawArgs }) {
    const request = requestOf(rawArgs);
    if (request.help) {
      print(usage("show", PURPOSE));
      return 0;
    }
    const examination = await examined(request);
    const { origins, problems, warnings } = examination;
    if (request.json) {
      print(JSON.stringify({ settings: origins, problems: problems.map(problemLine), warnings }));
    } else {
      print(table(origins.map(({ key, value, source }) => [key, value, source])));
      for (const warning of warnings) writeAll(2, `warning: ${warning}\n`);
      for (const problem of problems) writeAll(2, `problem: ${problemLine(problem)}\n`);
    }
    return problems.length === 0 ? 0 : EXIT_CODES.configuration;
  },
};

export default command;

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
