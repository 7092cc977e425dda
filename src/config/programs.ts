import { parseAppArguments } from "./app.ts";
import { parseFilesArguments } from "./files.ts";
import { configFileOf } from "./gather.ts";
import type { SettingsLocation } from "./gather.ts";
import { parseLegacyAppArguments } from "./legacy/app.ts";
import { legacyFilesParameters, parseLegacyFilesArguments } from "./legacy/files.ts";
import { legacyPostgresFile, parseLegacyPostgresArguments } from "./legacy/postgres.ts";
import { parsePostgresArguments } from "./postgres.ts";
import { parseSidecarArguments } from "./sidecar.ts";
import type { CommonSettings, Inputs, Parsed } from "./settings.ts";

/** Everything that is configured, by the name it answers to. */
export interface Program {
  /** Where its settings file is, before anything is read. */
  locate(argv: readonly string[], env: Inputs["env"]): SettingsLocation | undefined;
  parse(inputs: Inputs): Parsed<CommonSettings>;
}

export const PROGRAMS: Readonly<Record<string, Program>> = {
  app: { locate: (argv, env) => configFileOf("app", argv, env), parse: parseAppArguments },
  files: { locate: (argv, env) => configFileOf("files", argv, env), parse: parseFilesArguments },
  postgres: { locate: (argv, env) => configFileOf("postgres", argv, env), parse: parsePostgresArguments },
  sidecar: { locate: (argv, env) => configFileOf("sidecar", argv, env), parse: parseSidecarArguments },
  "wrap_application.sh": { locate: () => undefined, parse: parseLegacyAppArguments },
  "wrap_datamon.sh": { locate: legacyFilesParameters, parse: parseLegacyFilesArguments },
  "wrap_datamon_pg.sh": {
    locate: (_, env) => legacyPostgresFile(env),
    parse: parseLegacyPostgresArguments,
  },
};
