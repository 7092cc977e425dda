import { KnownError } from "../../core/errors.ts";
import { socketPath } from "../../core/postgres/arguments.ts";
import {
  beginShutdown,
  type Rung,
  type Shutdown,
  type ShutdownEffect,
  stepShutdown,
} from "../../core/postgres/shutdown.ts";
import { causeFrom } from "../../core/postgres/server-log.ts";
import type { SocketAddress } from "../../core/postgres/upgrade-arguments.ts";
import type { Milliseconds } from "../../ports.ts";
import type { Row, Server } from "../../ports/postgres.ts";
import type { Supervised } from "../processes.ts";
import { query, type QueryOptions, Session, sqlstateOf, type Target } from "./session.ts";

/** SQLSTATE of a connection that `pg_hba.conf` turns away. */
const REJECTED = "28000";
const CLOSING_POLL_MS = 10;
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
  #stopped: Promise<Rung> | undefined;
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
      return await this.#kept.query(statement, options.signal);
    }
    return await query(socketOf(this), statement, options);
  }

  async refuseClients(): Promise<void> {
    await this.#parts.closeAccess();
    this.#parts.child.signal("SIGHUP");
    const { tcp } = this.#parts;
    if (tcp === undefined) return;
    const deadline = performance.now() + CLOSING_MS;
    // The postmaster reads the file when it gets to it; being turned away ourselves is the proof.
    for (;;) {
      const answer = await query(tcp, "SELECT 1").catch((error: unknown) => error);
      if (sqlstateOf(answer) === REJECTED) break;
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
    this.#kept = new Session(socketOf(this));
  }

  /** An immediate stop also cuts short a fast one that is under way. */
  stop(first: "fast" | "immediate"): Promise<Rung> {
    if (first === "immediate") this.#hurry.resolve("late");
    this.#stopped ??= this.#climb(first);
    return this.#stopped;
  }

  async #climb(first: "fast" | "immediate"): Promise<Rung> {
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
    return state.rung;
  }
}

function socketOf({ socketFolder, port }: SocketAddress): Target {
  return { type: "socket", path: socketPath(socketFolder, port) };
}
