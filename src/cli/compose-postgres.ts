import { readFile } from "node:fs/promises";
import { createPostgres } from "../adapters/postgres.ts";
import { run, spawnSupervised } from "../adapters/processes.ts";
import type { PostgresSettings } from "../config/settings.ts";
import { KnownError, systemCode } from "../core/errors.ts";
import type { Log } from "../ports.ts";
import type { Postgres } from "../ports/postgres.ts";

export function composePostgres(settings: PostgresSettings, log: Log): Postgres {
  const { binDirs, runtimeDirectory, runAs } = settings;
  return createPostgres({
    run,
    spawn: spawnSupervised,
    env: process.env,
    log,
    binDirs,
    runtimeDirectory,
    ...(runAs === undefined ? {} : { runAs }),
  });
}

/** Contents of a file that holds a secret, without its line end. Errors: `configuration`. */
export async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    throw new KnownError("configuration", `cannot read the password file ${path}: ${systemCode(error)}`, {
      cause: error,
      remedy: "mount the secret that holds it, readable for this container's user",
    });
  }
}
