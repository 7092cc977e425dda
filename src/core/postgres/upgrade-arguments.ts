import { MAINTENANCE_ROLE, quoteIdentifier } from "./sql.ts";

export interface PgUpgrade {
  readonly oldBinDir: string;
  readonly newBinDir: string;
  readonly oldFolder: string;
  readonly newFolder: string;
  readonly link: boolean;
  readonly checkOnly: boolean;
  readonly socketFolder: string;
  readonly accessFile: string;
  readonly jobs: number;
}

/**
 * Arguments of `pg_upgrade` (https://www.postgresql.org/docs/15/pgupgrade.html). Both servers are told to let us in whatever
 * `pg_hba.conf` of the bundle says; these options go through a shell, so the path is quoted for one.
 */
export function pgUpgradeArguments(upgrade: PgUpgrade): string[] {
  const access = `-c hba_file='${upgrade.accessFile.replaceAll("'", `'\\''`)}'`;
  return [
    `--old-bindir=${upgrade.oldBinDir}`,
    `--new-bindir=${upgrade.newBinDir}`,
    `--old-datadir=${upgrade.oldFolder}`,
    `--new-datadir=${upgrade.newFolder}`,
    `--old-options=${access}`,
    `--new-options=${access}`,
    `--socketdir=${upgrade.socketFolder}`,
    `--username=${MAINTENANCE_ROLE}`,
    `--jobs=${upgrade.jobs}`,
    ...(upgrade.link ? ["--link"] : []),
    ...(upgrade.checkOnly ? ["--check"] : []),
  ];
}

/** How to reach a server over its own socket, for the client programs. */
export interface SocketAddress {
  readonly socketFolder: string;
  readonly port: number;
}

export function clientArguments({ socketFolder, port }: SocketAddress): string[] {
  return [`--host=${socketFolder}`, `--port=${port}`, `--username=${MAINTENANCE_ROLE}`, "--no-password"];
}

/** Databases that every cluster has from its beginning: restored into, not created. */
export function existsFromTheStart(database: string): boolean {
  return database === "postgres" || database === "template1";
}

/**
 * The output of `pg_dumpall --globals-only` without the role that every cluster begins with: creating it again would be an
 * error, and errors end the restore.
 */
export function withoutFirstRole(globals: string): string {
  const creation = new Set([
    `CREATE ROLE ${MAINTENANCE_ROLE};`,
    `CREATE ROLE ${quoteIdentifier(MAINTENANCE_ROLE)};`,
  ]);
  return globals
    .split("\n")
    .filter((line) => !creation.has(line))
    .join("\n");
}

/**
 * Free bytes an upgrade needs beside the old cluster: a new cluster and its log; a copy of everything unless it is linked; room
 * for the work itself.
 */
export function spaceNeeded(oldBytes: number, method: "copy" | "link" | "dump"): number {
  const NEW_CLUSTER = 128 * 1024 * 1024;
  switch (method) {
    case "link":
      return NEW_CLUSTER;
    case "copy":
      return oldBytes + NEW_CLUSTER;
    case "dump":
      // The dump is compressed, but large objects may not be compressible: twice is the worst seen.
      return 2 * oldBytes + NEW_CLUSTER;
  }
}
