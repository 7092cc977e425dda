import type { Major } from "./major.ts";

/** Datamon stores neither empty folders nor modes; this is what initdb gives every file and folder. */
export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** Folders that `initdb` makes and that may be empty in a cluster at rest, seen on real clusters of each version. */
const FOLDERS = [
  "pg_commit_ts",
  "pg_dynshmem",
  "pg_logical",
  "pg_logical/mappings",
  "pg_logical/snapshots",
  "pg_multixact",
  "pg_multixact/members",
  "pg_multixact/offsets",
  "pg_notify",
  "pg_replslot",
  "pg_serial",
  "pg_snapshots",
  "pg_stat",
  "pg_stat_tmp",
  "pg_subtrans",
  "pg_tblspc",
  "pg_twophase",
];

/** Every folder a server of this major version needs and that a bundle may lack, parents first. */
export function foldersOf(major: Major): readonly string[] {
  if (major < 10) return [...FOLDERS, "pg_clog", "pg_xlog", "pg_xlog/archive_status"];
  const folders = [...FOLDERS, "pg_xact", "pg_wal", "pg_wal/archive_status"];
  return major >= 17 ? [...folders, "pg_wal/summaries"] : folders;
}

/** The folder of the write-ahead log. */
export function walFolderOf(major: Major): string {
  return major < 10 ? "pg_xlog" : "pg_wal";
}

/**
 * Whether a file belongs to a running server and means nothing to the next one. The names are those that
 * `pg_basebackup` leaves out (https://www.postgresql.org/docs/15/protocol-replication.html, BASE_BACKUP) and that
 * are never needed after a clean stop, plus socket and lock files. `path` is relative to the data folder.
 */
export function isTransient(path: string): boolean {
  if (TRANSIENT_FILES.has(path)) return true;
  if (path.startsWith("pg_stat_tmp/")) return true;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.startsWith("pgsql_tmp") || name.startsWith(".s.PGSQL.");
}

const TRANSIENT_FILES: ReadonlySet<string> = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "current_logfiles",
  "current_logfiles.tmp",
  "postgresql.auto.conf.tmp",
]);
