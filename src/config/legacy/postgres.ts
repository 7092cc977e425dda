import { gathering } from "../layers/layer.ts";
import type { Layer } from "../layers/layer.ts";
import { FILE_VARIABLE } from "../layers/variables.ts";
import type { FileLocation } from "../gather.ts";
import { postgresOutcome } from "../postgres.ts";
import type { Inputs, Parsed, PostgresSettings } from "../settings.ts";
import { DEFAULT_NAME, legacyPostgresDialect } from "./postgres-dialect.ts";

const DEFAULT_FILE = "/config/pgparams.yaml";
const DEFAULT_COORD_POINT = "/tmp/coord";

/** The settings file of `wrap_datamon_pg.sh`: without it the variables alone count. */
export function legacyPostgresFile(env: Inputs["env"]): FileLocation {
  const path = env[FILE_VARIABLE];
  return path
    ? { path, source: FILE_VARIABLE, optional: true }
    : { path: DEFAULT_FILE, source: "default", optional: true };
}

/**
 * Settings of the Postgres sidecar as `wrap_datamon_pg.sh` was given them: variables over the file over its
 * defaults, and our variables over all. Errors: ConfigurationError.
 */
export function parseLegacyPostgresArguments(inputs: Inputs): Parsed<PostgresSettings> {
  const unexpected = inputs.argv.map((value) => ({
    key: "argument",
    value,
    cause: "is not expected",
    remedy: "wrap_datamon_pg.sh takes its settings from a file and from variables",
    usage: true as const,
  }));
  const fileMissing = inputs.file === undefined && inputs.env[FILE_VARIABLE] !== undefined;
  const warning = `the file that ${FILE_VARIABLE} names is not there: the variables alone count`;
  const { variables, file } = legacyPostgresDialect(inputs);
  return postgresOutcome(inputs, {
    flags: { ...gathering(), problems: unexpected, warnings: fileMissing ? [warning] : [] },
    variables,
    file,
    defaults: defaultsOfOld(databaseNameOf([variables, file])),
    strict: true,
  });
}

function databaseNameOf(layers: readonly Layer[]): string {
  const items = layers.flatMap((layer) => layer.items);
  return items.find((item) => item.group === "databases")?.name ?? DEFAULT_NAME;
}

function defaultsOfOld(name: string): Layer {
  const source = "default of wrap_datamon_pg.sh";
  return {
    ...gathering(),
    givens: [{ key: "coordPoint", value: DEFAULT_COORD_POINT, source }],
    items: [{ group: "databases", name, key: "name", value: name, source }],
  };
}
