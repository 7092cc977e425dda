import { join } from "node:path";
import type { Environment } from "../core/child-environment.ts";
import { KnownError } from "../core/errors.ts";
import { initdbArguments } from "../core/postgres/arguments.ts";
import { parseControlData } from "../core/postgres/control-data.ts";
import type { Log } from "../ports.ts";
import type { Postgres } from "../ports/postgres.ts";
import { clusterFiles } from "./postgres/cluster-files.ts";
import { dataFolder } from "./postgres/data-folder.ts";
import { ownerOf } from "./postgres/identity.ts";
import { findInstallations } from "./postgres/installations.ts";
import { endLeftover } from "./postgres/leftover.ts";
import { runNamed } from "./postgres/nameless.ts";
import { checkPort } from "./postgres/port-check.ts";
import { startServer } from "./postgres/server.ts";
import { runTool } from "./postgres/tool.ts";
import { dumpAndRestore, freeSpace, pgUpgrade } from "./postgres/upgrade.ts";
import type { Run, SpawnSupervised } from "./processes.ts";

export interface PostgresParts {
  readonly run: Run;
  readonly spawn: SpawnSupervised;
  readonly env: Environment;
  readonly log: Log;
  readonly binDirs: readonly string[];
  /** Whom root becomes. */
  readonly runAs?: string;
  readonly runtimeDirectory: string;
}

/** Postgres as it is installed on this machine. */
export function createPostgres(parts: PostgresParts): Postgres {
  const { run, env } = parts;
  let installations: ReturnType<typeof findInstallations> | undefined;
  return {
    // Programs do not change while we run, and asking each takes longer than the rest of a stop.
    installations: () => (installations ??= findInstallations(run, env, parts.binDirs)),
    dataFolder: (path) => dataFolder(path, parts.runAs),
    files: clusterFiles,
    checkPort,
    endLeftover,
    freeSpace,
    pgUpgrade: (request, signal) => pgUpgrade(parts, request, signal),
    dumpAndRestore: (request, signal) => dumpAndRestore(parts, request, signal),
    start: (request, signal) => startServer(parts, request, signal),

    async initialise(installation, cluster, signal) {
      await runNamed(run, env, parts.runtimeDirectory, {
        program: join(installation.binDir, "initdb"),
        args: initdbArguments(cluster),
        identity: await ownerOf(cluster.folder),
        options: { signal, cwd: cluster.folder },
        purpose: `create a database in "${cluster.folder}"`,
      });
    },

    async controlData(installation, folder) {
      const purpose = `look into the database in "${folder}"`;
      const identity = await ownerOf(folder);
      const program = join(installation.binDir, "pg_controldata");
      const { stdout } = await runTool(run, env, { program, args: ["-D", folder], identity, purpose });
      const data = parseControlData(stdout);
      if (data === undefined)
        throw new KnownError("system", `cannot ${purpose}: pg_controldata said something unknown`);
      return data;
    },
  };
}
