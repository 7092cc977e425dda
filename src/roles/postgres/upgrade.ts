import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError } from "../../core/errors.ts";
import type { MadeFrom } from "../../core/postgres/manifest.ts";
import type { WorkloadReporter } from "../../ports.ts";
import type { Installation } from "../../ports/postgres.ts";
import type { PostgresDependencies } from "./dependencies.ts";

/** A cluster of an older major version, restored from a bundle. */
export interface OldCluster {
  readonly installation: Installation;
  readonly folder: string;
  readonly repo: string;
  readonly bundle: string;
}

export async function upgradeCluster(
  _settings: DatabaseSettings,
  _dependencies: PostgresDependencies,
  _old: OldCluster,
  _target: Installation,
  _reporter: WorkloadReporter,
  _signal: AbortSignal,
): Promise<{ readonly folder: string; readonly installation: Installation; readonly madeFrom: MadeFrom }> {
  throw new KnownError("bug", "not here yet");
}
