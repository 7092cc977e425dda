import { SQL } from "bun";
import { KnownError } from "../../core/errors.ts";
import { MAINTENANCE_DATABASE, MAINTENANCE_ROLE, SESSION_NAME } from "../../core/postgres/sql.ts";
import type { QueryOptions, Row } from "../../ports/postgres.ts";

/** Where a session goes: a socket, or an address. */
export type Target =
  | { readonly type: "socket"; readonly path: string }
  | { readonly type: "tcp"; readonly address: string; readonly port: number; readonly password?: string };

/** How long a connection may take that is not bounded otherwise. */
const CONNECT_MS = 10_000;

/** A session as superuser. Everything it may take from the environment (PGHOST, PGOPTIONS, DATABASE_URL, …) is said here. */
export class Session {
  readonly #sql: SQL;
  readonly #database: string;

  constructor(target: Target, database = MAINTENANCE_DATABASE, timeout = CONNECT_MS) {
    this.#database = database;
    this.#sql = new SQL({
      adapter: "postgres",
      ...(target.type === "socket" ? { path: target.path } : { hostname: target.address, port: target.port }),
      username: MAINTENANCE_ROLE,
      password: target.type === "tcp" ? (target.password ?? "") : "",
      database,
      tls: false,
      max: 1,
      // In whole seconds, and never before the timeout of a query, which counts the connection in.
      connectionTimeout: Math.ceil(timeout / 1000) + 1,
      idleTimeout: 0,
      maxLifetime: 0,
      connection: { application_name: SESSION_NAME, options: "" },
    });
  }

  /**
   * Runs statements. When `signal` aborts or `timeout` has passed, the session is cut, and the server rolls back once it notices.
   * Errors: `system` with the SQLSTATE, if there is one, as detail `sqlstate`, or with the detail `late`; `stopped`.
   */
  async query(statement: string, { signal, timeout }: QueryOptions = {}): Promise<readonly Row[]> {
    signal?.throwIfAborted();
    let late = false;
    const cut = (): void => void this.close();
    const onTimeout = (): void => {
      late = true;
      cut();
    };
    const timer = timeout === undefined ? undefined : setTimeout(onTimeout, timeout);
    signal?.addEventListener("abort", cut, { once: true });
    try {
      return Array.from((await this.#sql.unsafe(statement)) as Iterable<Row>);
    } catch (error) {
      if (signal?.aborted === true) {
        throw new KnownError("stopped", "stopped a query on request", { cause: error });
      }
      if (late) {
        const message = `cannot query database "${this.#database}": no answer to ${statement} within ${timeout} ms`;
        throw new KnownError("system", message, { cause: error, details: { late } });
      }
      throw queryFailure(error, this.#database);
    } finally {
      clearTimeout(timer);
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
  const session = new Session(target, options.database, options.timeout);
  try {
    return await session.query(statement, options);
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
