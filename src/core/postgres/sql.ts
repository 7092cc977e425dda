/** The superuser of every cluster, as in the old sidecar's `initdb -U postgres`. */
export const MAINTENANCE_ROLE = "postgres";
export const MAINTENANCE_DATABASE = "postgres";

/** How our own sessions name themselves in `pg_stat_activity`. */
export const SESSION_NAME = "datamon-sidecar";

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant that means the same whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

export const CONNECTABLE_DATABASES =
  "SELECT datname AS name FROM pg_database WHERE datallowconn ORDER BY datname";

/** Tablespaces beside the two that lie in the data folder itself. */
export const TABLESPACES =
  "SELECT spcname AS name, oid::text AS oid FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY spcname";

export const REPLICATION_SLOTS = "SELECT slot_name AS name FROM pg_replication_slots ORDER BY slot_name";

export const PREPARED_TRANSACTIONS = "SELECT gid, owner, database FROM pg_prepared_xacts ORDER BY gid";

/** Sessions of clients, ours left out. */
export const CLIENTS = `SELECT pid, usename AS role, datname AS database, application_name AS application, state
 FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()`;

/** Ends the sessions that have nothing under way. */
export const TERMINATE_IDLE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid() AND state = 'idle'`;

export const TERMINATE_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()`;

export type VacuumMode = "off" | "on" | "freeze";

/** The command of a vacuum mode; undefined when there is nothing to do. */
export function vacuumCommand(mode: VacuumMode): string | undefined {
  return { off: undefined, on: "VACUUM", freeze: "VACUUM (FREEZE)" }[mode];
}

/** Gives a role its password as the verifier that the server stores, so that no log ever holds the password. */
export function setPassword(role: string, verifier: string): string {
  return `ALTER ROLE ${quoteIdentifier(role)} PASSWORD ${quoteLiteral(verifier)}`;
}

export function createSuperuser(role: string): string {
  return `CREATE ROLE ${quoteIdentifier(role)} SUPERUSER CREATEDB CREATEROLE LOGIN`;
}

/** How a cluster was made, which another one must match to take over its files. */
export const CLUSTER_TRAITS = `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype
 FROM pg_database WHERE datname = 'template0'`;

export const EXTENSIONS = "SELECT extname AS name FROM pg_extension ORDER BY extname";
export const AVAILABLE_EXTENSIONS = "SELECT name FROM pg_available_extensions";
export const OUTDATED_EXTENSIONS =
  "SELECT name FROM pg_available_extensions WHERE installed_version <> default_version ORDER BY name";
export const KNOWN_PARAMETERS = "SELECT name FROM pg_settings";

export function updateExtension(name: string): string {
  return `ALTER EXTENSION ${quoteIdentifier(name)} UPDATE`;
}
