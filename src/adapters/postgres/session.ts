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

/** A session as superuser. Everything it may take from the environment (PGHOST, PGOPTIONS, DATABASE_URL, …) is said here. */
export class Session {
  readonly #sql: SQL;
  readonly #database: string;

  constructor(target: Target, database = MAINTENANCE_DATABASE) {
    this.#database = database;
    this.#sql = new SQL({
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
  }

  /**
   * Runs statements. When `signal` aborts, the session is cut and the server rolls back.
   * Errors: `system` with the SQLSTATE, if there is one, as detail `sqlstate`; `stopped`.
   */
  async query(statement: string, signal?: AbortSignal): Promise<readonly Row[]> {
    signal?.throwIfAborted();
    const cut = (): void => void this.close();
    signal?.addEventListener("abort", cut, { once: true });
    try {
      return Array.from((await this.#sql.unsafe(statement)) as Iterable<Row>);
    } catch (error) {
      if (signal?.aborted === true) {
        throw new KnownError("stopped", "stopped a query on request", { cause: error });
      }
      throw queryFailure(error, this.#database);
    } finally {
      signal?.removeEventListener("abort", cut);
    }
  }

  async close(): Promise<void> {
    await this.#sql.close({ timeout: 0 }).catch(() => undefined);
  }
}

/** Runs statements in a session of their own. Errors: as `Session.query`. */
export async function query(
  target: Target,
  statement: string,
  options: QueryOptions = {},
): Promise<readonly Row[]> {
  options.signal?.throwIfAborted();
  const session = new Session(target, options.database);
  try {
    return await session.query(statement, options.signal);
  } finally {
    await session.close();
  }
}

/** Bun gives the SQLSTATE in `errno`. */
function queryFailure(error: unknown, database: string): KnownError {
  const message = error instanceof Error ? error.message : String(error);
  const sqlstate = error instanceof SQL.PostgresError ? (error.errno ?? "") : "";
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
