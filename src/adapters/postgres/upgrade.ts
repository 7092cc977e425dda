import { lchown, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../core/child-environment.ts";
import { servingAccess } from "../../core/postgres/access.ts";
import {
  clientArguments,
  existsFromTheStart,
  pgUpgradeArguments,
  withoutFirstRole,
} from "../../core/postgres/upgrade-arguments.ts";
import type { DumpRequest, PgUpgradeRequest } from "../../ports/postgres.ts";
import type { Run } from "../processes.ts";
import { ownerOf } from "./identity.ts";
import { runNamed } from "./nameless.ts";
import { privateFolder } from "./runtime.ts";
import { runTool } from "./tool.ts";

export interface UpgradeParts {
  readonly run: Run;
  readonly env: Environment;
  readonly runtimeDirectory: string;
}

export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** `pg_upgrade` starts both servers itself, over sockets in a private folder. */
export async function pgUpgrade(
  parts: UpgradeParts,
  request: PgUpgradeRequest,
  signal: AbortSignal,
): Promise<void> {
  const identity = await ownerOf(request.newFolder);
  const scratch = await privateFolder(parts.runtimeDirectory, `${request.name}.upgrade`, identity);
  const accessFile = join(scratch, "pg_hba.conf");
  await writeFile(accessFile, servingAccess("trust"), { mode: 0o600 });
  if (identity !== undefined) await lchown(accessFile, identity.uid, identity.gid);
  await runNamed(parts.run, parts.env, parts.runtimeDirectory, {
    program: join(request.to.binDir, "pg_upgrade"),
    args: pgUpgradeArguments({
      ...request,
      oldBinDir: request.from.binDir,
      newBinDir: request.to.binDir,
      socketFolder: scratch,
      accessFile,
      jobs: availableParallelism(),
    }),
    identity,
    options: { signal, cwd: scratch },
    purpose: `upgrade database "${request.name}" from Postgres ${request.from.major} to ${request.to.major} with pg_upgrade`,
  });
  await rm(scratch, { recursive: true, force: true });
}

/** Roles first, then each database as a whole; the first error ends it. */
export async function dumpAndRestore(
  parts: UpgradeParts,
  request: DumpRequest,
  signal: AbortSignal,
): Promise<void> {
  const { tools, from, to, workshop } = request;
  const identity = await ownerOf(workshop);
  const call = (name: string, purpose: string, ...args: string[]): Promise<unknown> =>
    runTool(parts.run, parts.env, {
      program: join(tools.binDir, name),
      args,
      identity,
      options: { signal, cwd: workshop },
      purpose,
    });
  const globals = join(workshop, "globals.sql");
  await call("pg_dumpall", "dump the roles", ...clientArguments(from), "--globals-only", `--file=${globals}`);
  await writeFile(globals, withoutFirstRole(await readFile(globals, "utf8")));
  const strict = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];
  await call(
    "psql",
    "restore the roles",
    ...clientArguments(to),
    ...strict,
    "--dbname=postgres",
    `--file=${globals}`,
  );
  for (const database of request.databases) {
    const file = join(workshop, "database.dump");
    const dumped = ["--format=custom", `--file=${file}`, `--dbname=${connectionTo(database)}`];
    await call("pg_dump", `dump database "${database}"`, ...clientArguments(from), ...dumped);
    const into = existsFromTheStart(database)
      ? [`--dbname=${connectionTo(database)}`]
      : ["--create", "--dbname=postgres"];
    await call(
      "pg_restore",
      `restore database "${database}"`,
      ...clientArguments(to),
      "--exit-on-error",
      ...into,
      file,
    );
    await rm(file);
  }
}

/** The client programs take a name with `=` in it for a connection string, so every name is given as one. */
function connectionTo(database: string): string {
  return `dbname='${database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
