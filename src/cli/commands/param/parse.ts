import { readFileSync } from "node:fs";
import { didYouMean } from "../../../config/suggestion.ts";
import { exportLines } from "../../../config/legacy/parameters.ts";
import { PARAMETER_KINDS } from "../../../config/legacy/parameter-kinds.ts";
import { readYaml } from "../../../config/yaml.ts";
import { KnownError } from "../../../core/errors.ts";
import { print } from "../../print.ts";
import type { AnyCommand } from "../../run-command.ts";

const PURPOSE = "Turns parameters (YAML on standard input) into lines `export NAME='…'` for eval by a shell";
const USAGE =
  'Usage: datamon-sidecar param parse fuse|postgres < params.yaml\n\nExample: eval "$(datamon-sidecar param parse fuse < params.yaml)"';
const STANDARD_INPUT = 0;

const command: AnyCommand = {
  meta: { name: "parse", description: PURPOSE },
  run({ rawArgs }) {
    if (rawArgs.includes("--help") || rawArgs.includes("-h")) {
      print(`${PURPOSE}\n\n${USAGE}`);
      return 0;
    }
    print(parameterExports(rawArgs, () => readFileSync(STANDARD_INPUT, "utf8")));
    return 0;
  },
};

export default command;

/** The export lines for `fuse` or `postgres`. Errors: `usage`, `configuration`. */
export function parameterExports(argv: readonly string[], read: () => string): string {
  const [kind, ...rest] = argv;
  const kinds = Object.keys(PARAMETER_KINDS);
  if (kind === undefined || !isKind(kind) || rest.length > 0) {
    const given = argv.join(" ");
    throw new KnownError(
      "usage",
      `cannot parse parameters of "${given}": it is not one of ${kinds.join(", ")}`,
      {
        remedy: didYouMean(kind ?? "", kinds, "write param parse fuse or param parse postgres"),
      },
    );
  }
  return exportLines(kind, readYaml("standard input", read())).join("\n");
}

function isKind(text: string): text is keyof typeof PARAMETER_KINDS {
  return Object.hasOwn(PARAMETER_KINDS, text);
}
