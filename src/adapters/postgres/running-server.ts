import { KnownError } from "../../core/errors.ts";
import { socketPath } from "../../core/postgres/arguments.ts";
import {
  beginShutdown,
  type Rung,
  type ServerEnd,
  type Shutdown,
  type ShutdownEffect,
  stepShutdown,
} from "../../core/postgres/shutdown.ts";
import { causeFrom } from "../../core/postgres/server-log.ts";
import type { SocketAddress } from "../../core/postgres/upgrade-arguments.ts";
import type { Milliseconds } from "../../ports.ts";
import type { QueryOptions, Row, Server } from "../../ports/postgres.ts";
import type { Supervised } from "../processes.ts";
import { answersNewcomers } from "./newcomer.ts";
import { query, Session, sqlstateOf, type Target } from "./session.ts";

/** SQLSTATE of a connection that `pg_hba.conf` turns away. */
const REJECTED = "28000";
const CLOSING_POLL_MS = 10;
/** How long a postmaster that answers may let clients in, or have no place for us. */
const CLOSING_MS = 2000;

export interface RunningParts {
  readonly child: Supervised;
  readonly name: string;
  readonly stopTimeout: Milliseconds;
  /** The last lines of its log. */
  readonly lines: () => readonly string[];
  readonly socketFolder: string;
  readonly port: number;
  readonly tcp: Target | undefined;
  readonly closeAccess: () => Promise<void>;
}

/** A postmaster that is our child. */
export class RunningServer implements Server {
  readonly died: Promise<Error>;
  readonly #parts: RunningParts;
  #stopped: Promise<ServerEnd> | undefined;
  #kept: Session | undefined;
  readonly #hurry = Promise.withResolvers<"late">();

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.died = new Promise((resolve) => {
      void parts.child.ended.then((outcome) => {
        if (this.#stopped !== undefined) return;
        const how =
          outcome.type === "code" ? `with exit code ${outcome.code}` : `by signal ${outcome.signal}`;
        resolve(
          new KnownError(
            "system",
            `Postgres server of database "${parts.name}" ended ${how}: ${this.lastWords()}`,
          ),
        );
      });
    });
  }

  get socketFolder(): string {
    return this.#parts.socketFolder;
  }

  get port(): number {
    return this.#parts.port;
  }

  lastWords(): string {
    return causeFrom(this.#parts.lines());
  }

  async query(statement: string, options: QueryOptions = {}): Promise<readonly Row[]> {
    if (this.#kept !== undefined && options.database === undefined) {
      return await this.#kept.query(statement, options);
    }
    return await query(socketOf(this), statement, options);
  }

  async answers(timeout: Milliseconds, signal: AbortSignal): Promise<boolean> {
    return await answersNewcomers(this.#parts.tcp ?? socketOf(this), timeout, signal);
  }

  async refuseClients(options: QueryOptions & { readonly timeout: Milliseconds }): Promise<void> {
    await this.#parts.closeAccess();
    this.#parts.child.signal("SIGHUP");
    const { tcp } = this.#parts;
    if (tcp === undefined) return;
    const deadline = performance.now() + CLOSING_MS;
    // The postmaster reads the file when it gets to it; being turned away ourselves is the proof.
    for (;;) {
      const answer = await query(tcp, "SELECT 1", options).catch((error: unknown) => error);
      if (sqlstateOf(answer) === REJECTED) break;
      options.signal?.throwIfAborted();
      if (performance.now() > deadline) {
        if (answer instanceof Error) throw answer;
        throw new KnownError(
          "system",
          `cannot close database "${this.#parts.name}" to new clients: it lets them in`,
        );
      }
      await Bun.sleep(CLOSING_POLL_MS);
    }
    // Nobody else can take our place now, and what comes next is a conversation.
    this.#kept = new Session(socketOf(this), undefined, options.timeout);
  }

  /** Any other stop also cuts short a fast one that is under way. */
  stop(first: Rung): Promise<ServerEnd> {
    if (first !== "fast") this.#hurry.resolve("late");
    this.#stopped ??= this.#climb(first);
    return this.#stopped;
  }

  async #climb(first: Rung): Promise<ServerEnd> {
    await this.#kept?.close();
    const { child, stopTimeout } = this.#parts;
    const ended = child.ended.then(() => "ended" as const);
    let [state, effect]: readonly [Shutdown, ShutdownEffect | undefined] = beginShutdown(first, stopTimeout);
    while (state.type !== "stopped") {
      if (effect !== undefined) child.signal(effect.signal);
      const timer = Promise.withResolvers<"late">();
      const patience = effect?.patience;
      const handle = patience === undefined ? undefined : setTimeout(() => timer.resolve("late"), patience);
      const hurry = state.rung === "fast" ? [this.#hurry.promise] : [];
      const event = await Promise.race([ended, timer.promise, ...hurry]);
      clearTimeout(handle);
      [state, effect] = stepShutdown(state, event);
    }
    const outcome = await child.ended;
    const asAsked = outcome.type === "code" && outcome.code === 0;
    return state.rung === "fast" && !asAsked ? "crashed" : state.rung;
  }
}

function socketOf({ socketFolder, port }: SocketAddress): Target {
  return { type: "socket", path: socketPath(socketFolder, port) };
}
