import type { DatabaseSettings } from "../config/settings.ts";
import { KnownError } from "../core/errors.ts";
import type { Memory, Workload, WorkloadReporter } from "../ports.ts";
import { type PostgresDependencies, titleOf } from "./postgres/dependencies.ts";
import { PostgresWorkload } from "./postgres/workload.ts";

export type { PostgresDependencies } from "./postgres/dependencies.ts";

/** Serves one database: a server of its own, whose data comes from a bundle and becomes one. */
export function createPostgresWorkload(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
): Workload {
  return new PostgresWorkload(settings, dependencies);
}

/**
 * Upgrades a database for good, without an application: from its source bundle to a new one of its destination. Returns false,
 * and archives nothing, when the bundle is of the newest major version here already.
 * Errors: as the workload's; `configuration` when there is no source or no destination.
 */
export async function migrateDatabase(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  reporter: WorkloadReporter,
  memory: Memory,
  signal: AbortSignal,
): Promise<boolean> {
  if (settings.source === undefined || settings.destination === undefined) {
    throw new KnownError(
      "configuration",
      `cannot upgrade ${titleOf(settings)}: it needs a source and a destination`,
    );
  }
  const workload = new PostgresWorkload(settings, dependencies);
  try {
    await workload.prepare(reporter, memory, signal);
    if (!workload.isUpgraded) {
      dependencies.log.info("nothing to upgrade: the bundle is of the newest version here", {
        database: settings.name,
      });
      return false;
    }
    await workload.settle(reporter, signal);
    await workload.upload(reporter, memory, signal);
    return true;
  } finally {
    await workload.abandon();
  }
}
