import type { Environment } from "../layers/variables.ts";
import {
  COORD_POINT_ALIAS,
  DATABASE_PREFIX,
  GLOBALS_PREFIX,
  POSTGRES_DATABASE,
  POSTGRES_GLOBALS,
} from "./postgres-names.ts";
import type { PostgresValue, PostgresValues } from "./postgres-values.ts";

/** `SIDECAR_GLOBALOPTS_…` and `SIDECAR_DATABASE_…`; empty values are not there. */
export function readPostgresVariables(env: Environment): PostgresValues {
  const read = (section: PostgresValue["section"], key: string, source: string): PostgresValue[] => {
    const value = env[source];
    return value === undefined || value === "" ? [] : [{ section, key, value, source }];
  };
  const values = [
    ...read("globalOpts", "coordPoint", COORD_POINT_ALIAS),
    ...POSTGRES_GLOBALS.flatMap((key) => read("globalOpts", key, GLOBALS_PREFIX + key.toUpperCase())),
    ...Object.keys(POSTGRES_DATABASE).flatMap((key) =>
      read("database", key, DATABASE_PREFIX + key.toUpperCase()),
    ),
  ];
  return { values, problems: [] };
}
