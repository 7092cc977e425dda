import { fileLayer } from "../layers/file.ts";
import type { Layer } from "../layers/layer.ts";
import { ROLES } from "../schema/roles.ts";
import type { Inputs } from "../settings.ts";
import { isLegacyPostgresFile, readPostgresFile } from "./postgres-file.ts";
import { postgresLayers } from "./postgres-layers.ts";
import { readPostgresVariables } from "./postgres-variables.ts";

/** The name of the database where nothing gives it one. */
export const DEFAULT_NAME = "db";

/** Variables of the old dialect, and the file in whichever dialect it is written. */
export function legacyPostgresDialect({ env, file }: Inputs): { variables: Layer; file: Layer } {
  const legacy = file !== undefined && isLegacyPostgresFile(file);
  const old = legacy ? readPostgresFile(file) : { values: [], problems: [] };
  const layers = postgresLayers(readPostgresVariables(env), old, DEFAULT_NAME);
  if (legacy || file === undefined) return layers;
  return { variables: layers.variables, file: fileLayer(ROLES.postgres, file) };
}
