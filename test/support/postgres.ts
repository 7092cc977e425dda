import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { createPostgres, type PostgresParts } from "../../src/adapters/postgres.ts";
import { run, spawnSupervised } from "../../src/adapters/processes.ts";
import type { DatabaseSettings } from "../../src/config/settings.ts";
import type { Log, LogLevel, Memory, Workload, WorkloadReporter } from "../../src/ports.ts";
import type { Postgres, Server } from "../../src/ports/postgres.ts";
import { createPostgresWorkload, type PostgresDependencies } from "../../src/roles/postgres.ts";
import { requirePart } from "./parts.ts";
import { createFolderEngine, type FolderEngine } from "../fakes/folder-engine.ts";

/** Debian's Postgres 15, and 13 as `scripts/fetch-postgres-13` unpacks it. */
export const BIN_15 = "/usr/lib/postgresql/15/bin";
const ROOT_13 = join(import.meta.dir, "../../.cache/postgres-13");
export const BIN_13 = join(ROOT_13, "usr/lib/postgresql/13/bin");
export const LIBRARIES_13 = join(ROOT_13, "lib");

export const has15 = requirePart("Postgres 15");

/** Nothing a test makes has to survive a power cut. */
export const QUICK = ["fsync=off", "shared_buffers=16MB"];

export interface Bench {
  readonly folder: string;
  readonly engine: FolderEngine;
  /** Hears every line of the log, the servers' own included. */
  listener: (message: string) => void;
  readonly logged: { readonly level: LogLevel; readonly message: string; readonly fields: unknown }[];
  readonly parts: PostgresParts;
  readonly postgres: Postgres;
  settings(over: Partial<DatabaseSettings> & { readonly port: number }): DatabaseSettings;
  /** Everything a workload needs beside its settings. */
  dependencies(): PostgresDependencies;
  workload(settings: DatabaseSettings, over?: Partial<PostgresDependencies>): Workload;
  /** Ends every workload that was made here, and removes the folder. */
  remove(): Promise<void>;
}

export async function makeBench(over: Partial<PostgresParts> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "pg-"));
  await chmod(folder, 0o755);
  const engine = createFolderEngine(join(folder, "bundles"));
  const logged: Bench["logged"] = [];
  const workloads: Workload[] = [];
  const note =
    (level: LogLevel) =>
    (message: string, fields?: unknown): void => {
      logged.push({ level, message, fields });
      bench.listener(message);
    };
  const log: Log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const parts: PostgresParts = {
    run,
    spawn: spawnSupervised,
    env: process.env,
    log,
    binDirs: [BIN_15],
    runtimeDirectory: join(folder, "run"),
    ...over,
  };
  const postgres = unsynced(createPostgres(parts));
  const bench: Bench = {
    folder,
    engine,
    listener: () => {},
    logged,
    parts,
    postgres,
    settings: (more) => ({
      name: "db",
      dataDir: join(folder, "data"),
      owner: "postgres",
      vacuum: "off",
      upgrade: "auto",
      upgradeMode: "copy",
      listenAddress: "localhost",
      authentication: "trust",
      serverParameters: QUICK,
      serverRestarts: 0,
      serverStartTimeout: 60_000,
      checkInterval: 0,
      answerTimeout: 60_000,
      vacuumTimeout: 60_000,
      clientTimeout: 300,
      serverStopTimeout: 20_000,
      uploadAfterImmediate: false,
      ...more,
    }),
    dependencies: () => ({
      postgres,
      engine,
      idFiles: { expectAbsent: () => {}, write: () => {} },
      log,
      newId: undefined,
      progress: () => () => {},
      readSecret: () => Promise.reject(new Error("no secret was prepared")),
      run: "run-1",
    }),
    workload(settings, more = {}) {
      const workload = createPostgresWorkload(settings, { ...bench.dependencies(), ...more });
      workloads.push(workload);
      return workload;
    },
    async remove() {
      await Promise.all(workloads.map((workload) => workload.abandon(quiet)));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

/** With an initdb that does not wait for the disk. */
function unsynced(postgres: Postgres): Postgres {
  const initialise: Postgres["initialise"] = (installation, cluster, signal) =>
    postgres.initialise(installation, { ...cluster, sync: false }, signal);
  return { ...postgres, initialise };
}

/** Postgres 13 alone, or both versions, with the libraries that 13 needs. */
export function withMajors(bench: Bench, ...binDirs: string[]): Partial<PostgresDependencies> {
  const env = { ...process.env, LD_LIBRARY_PATH: LIBRARIES_13 };
  return { postgres: unsynced(createPostgres({ ...bench.parts, binDirs, env })) };
}

export const quiet: WorkloadReporter = { doing: () => {}, bundle: () => {}, reserve: () => {} };
export const nothing: Memory = { uploaded: [], reserved: {} };
export const unstopped = new AbortController().signal;

export async function prepare(workload: Workload): Promise<void> {
  await workload.prepare(quiet, nothing, unstopped);
}

/** Settle and upload, as the sidecar does. */
export async function archive(workload: Workload): Promise<void> {
  await workload.settle(quiet, unstopped);
  if (workload.hasDestination) await workload.upload(quiet, nothing, unstopped);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A session of the application, over TCP. */
export function connect(port: number, database = "postgres", username = "postgres", password = ""): SQL {
  return new SQL({
    adapter: "postgres",
    hostname: "127.0.0.1",
    port,
    username,
    password,
    database,
    tls: false,
    max: 1,
  });
}

/** Runs statements as the application and closes the session. */
export async function sql(
  port: number,
  statement: string,
  database = "postgres",
  username = "postgres",
): Promise<unknown[]> {
  const session = connect(port, database, username);
  try {
    return Array.from((await session.unsafe(statement)) as Iterable<unknown>);
  } finally {
    await session.close({ timeout: 0 });
  }
}

/** Runs a program of Postgres to a good end; returns what it printed. */
export async function program(binDir: string, name: string, ...args: string[]): Promise<string> {
  const child = Bun.spawn([join(binDir, name), ...args], { stdout: "pipe", stderr: "pipe" });
  const [output, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`${name} failed: ${output}${complaint}`);
  return output;
}

export async function backendPid(session: SQL): Promise<number> {
  const [row] = (await session.unsafe("SELECT pg_backend_pid() AS pid")) as [{ pid: number }];
  return row.pid;
}

/** The postmaster's process id, from the lock file in its data folder. */
export async function postmasterPid(folder: string): Promise<number> {
  return Number((await Bun.file(join(folder, "postmaster.pid")).text()).split("\n")[0]);
}

/** The process of a server whose title holds `role`: `checkpointer`, `walwriter`. Some come after the first answer. */
export async function serverProcess(folder: string, role: string): Promise<number> {
  const postmaster = await postmasterPid(folder);
  for (;;) {
    const children = await Bun.file(`/proc/${postmaster}/task/${postmaster}/children`).text();
    for (const child of children.trim().split(" ")) {
      const title = await Bun.file(`/proc/${child}/cmdline`)
        .text()
        .catch(() => "");
      if (title.includes(role)) return Number(child);
    }
    await Bun.sleep(10);
  }
}

/** A server that does something of the test's after each statement of ours. */
export function withQueryHook(server: Server, hook: (statement: string) => Promise<void>): Server {
  return {
    died: server.died,
    socketFolder: server.socketFolder,
    port: server.port,
    answers: (timeout, signal) => server.answers(timeout, signal),
    refuseClients: (options) => server.refuseClients(options),
    lastWords: () => server.lastWords(),
    stop: (first) => server.stop(first),
    query: async (statement, options) => {
      const rows = await server.query(statement, options);
      await hook(statement);
      return rows;
    },
  };
}
