import { examine, type Examination } from "../../../config/examine.ts";
import { PROGRAMS } from "../../../config/programs.ts";
import { didYouMean } from "../../../config/suggestion.ts";
import { KnownError } from "../../../core/errors.ts";
import { readSettings } from "../../settings-file.ts";

export interface Request {
  readonly role: string;
  readonly json: boolean;
  readonly help: boolean;
  /** The flags of the role itself. */
  readonly argv: readonly string[];
}

const DEFAULT_ROLE = "sidecar";

/** Parts our own flags from those of the role that is examined: everything else is the role's. */
export function requestOf(rawArgs: readonly string[]): Request {
  const argv: string[] = [];
  let role = DEFAULT_ROLE;
  let [json, help] = [false, false];
  for (let index = 0; index < rawArgs.length; index += 1) {
    const word = rawArgs[index]!;
    if (word === "--") {
      argv.push(...rawArgs.slice(index));
      break;
    }
    if (word === "--json") json = true;
    else if (word === "--help" || word === "-h") help = true;
    else if (word.startsWith("--role=")) role = word.slice("--role=".length);
    else if (word === "--role") role = rawArgs[(index += 1)] ?? "";
    else argv.push(word);
  }
  return { role, json, help, argv };
}

/** Reads and judges the settings of the role that was asked for. */
export async function examined({ role, argv }: Request): Promise<Examination> {
  const program = Object.hasOwn(PROGRAMS, role) ? PROGRAMS[role] : undefined;
  if (program === undefined) {
    const roles = Object.keys(PROGRAMS);
    throw new KnownError("usage", `cannot look at the settings of "${role}": there is no such role`, {
      remedy: didYouMean(role, roles, `choose one of ${roles.join(", ")}`),
    });
  }
  const location = program.locate(argv, process.env);
  const file = location === undefined ? undefined : await readSettings(location);
  return examine(program, { argv, env: process.env, ...(file === undefined ? {} : { file }) });
}

/** The help of a command that takes the flags of a role. */
export function usage(verb: string, purpose: string): string {
  return [
    purpose,
    "",
    `Usage: datamon-sidecar config ${verb} [--role ROLE] [--json] [FLAGS OF THE ROLE]`,
    "",
    `  --role ROLE   ${Object.keys(PROGRAMS).join(", ")} (default ${DEFAULT_ROLE})`,
    "  --json        Print one JSON object",
    "",
    `Example: datamon-sidecar config ${verb} --role files --config /config/sidecar.yaml`,
  ].join("\n");
}
