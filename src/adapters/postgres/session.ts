import { SQL } from "bun";
import { KnownError } from "../../core/errors.ts";
import { MAINTENANCE_DATABASE, MAINTENANCE_ROLE, SESSION_NAME } from "../../core/postgres/sql.ts";
import type { Row } from "../../ports/postgres.ts";

/** Where a session goes: a socket, or an address. */
export type Target =
  | { readonly type: "socket"; readonly path: string }
  | { readonly type: "tcp"; readonly address: string; readonly port: number; readonly password?: string };

export interface QueryOptions {
  readonly database?: string;
  readonly signal?: AbortSignal;
}

const CONNECT_TIMEOUT_S = 10;

/**
 * Runs statements as superuser in a session of its own. Everything a session may take from the environment
 * (PGHOST, PGOPTIONS, DATABASE_URL, …) is said here. When `signal` aborts, the session is cut and the server rolls back.
 * Errors: `system` with the SQLSTATE, if there is one, as detail `sqlstate`; `stopped`.
 */
export async function query(
  target: Target,
  statement: string,
  options: QueryOptions = {},
): Promise<readonly Row[]> {
  const { signal, database = MAINTENANCE_DATABASE } = options;
  signal?.throwIfAborted();
  const sql = new SQL({
    adapter: "postgres",
    ...(target.type === "socket" ? { path: target.path } : { hostname: target.address, port: target.port }),
    username: MAINTENANCE_ROLE,
    password: target.type === "tcp" ? (target.password ?? "") : "",
    database,
    tls: false,
    max: 1,
    connectionTimeout: CONNECT_TIMEOUT_S,
    idleTimeout: 0,
    maxLifetime: 0,
    connection: { application_name: SESSION_NAME, options: "" },
  });
  const cut = (): void => void sql.close({ timeout: 0 }).catch(() => undefined);
  signal?.addEventListener("abort", cut, { once: true });
  try {
    return Array.from((await sql.unsafe(statement)) as Iterable<Row>);
  } catch (error) {
    if (signal?.aborted === true)
      throw new KnownError("stopped", "stopped a query on request", { cause: error });
    throw queryFailure(error, database);
  } finally {
    signal?.removeEventListener("abort", cut);
    await sql.close({ timeout: 0 }).catch(() => undefined);
  }
}

/** Bun gives the SQLSTATE in `errno`. */
function queryFailure(error: unknown, database: string): KnownError {
  const message = error instanceof Error ? error.message : String(error);
  const sqlstate = error instanceof SQL.PostgresError ? String(error.errno ?? "") : "";
  return new KnownError("system", `cannot query database "${database}": ${message}`, {
    cause: error,
    details: { sqlstate },
  });
}

/** The SQLSTATE of a failed query; undefined when the server was not even reached. */
export function sqlstateOf(error: unknown): string | undefined {
  const state = error instanceof KnownError ? error.details?.["sqlstate"] : undefined;
  return typeof state === "string" && /^[0-9A-Z]{5}$/.test(state) ? state : undefined;
}
