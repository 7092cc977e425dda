/**
 * Our way to start and stop a Postgres server against the shortest one by hand, in this process, with the programs of
 * Debian's postgresql-15, the same parameters and durable settings (fsync is on).
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { createPostgres } from "../../src/adapters/postgres.ts";
import { run, spawnSupervised } from "../../src/adapters/processes.ts";
import type { DatabaseSettings } from "../../src/config/settings.ts";
import type { BundleEngine, Workload, WorkloadReporter } from "../../src/ports.ts";
import { createPostgresWorkload } from "../../src/roles/postgres.ts";
import { type Figure, median } from "./report.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const STARTS = 9;
const STOPS = 5;
/** 100,000 rows each: 70 make a database of 1 GB. */
const SCALE = 70;
/** Seconds of writing before each stop. */
const BUSY_S = 3;

const quiet: WorkloadReporter = { doing: () => {}, bundle: () => {}, reserve: () => {} };
const unstopped = new AbortController().signal;
const noEngine: BundleEngine = {
  name: "native",
  download: () => Promise.reject(new Error("nothing to download")),
  upload: () => Promise.reject(new Error("nothing to upload")),
  mount: () => Promise.reject(new Error("nothing to mount")),
};

/** Everything this file measures. */
export async function postgresFigures(): Promise<readonly Figure[]> {
  return [await startFromNothing(), ...(await stopAfterWork())];
}

/** From the start to the first answer over TCP: `prepare` against initdb and `pg_ctl -w start`. */
export async function startFromNothing(scale = STARTS): Promise<Figure> {
  const ours: number[] = [];
  const theirs: number[] = [];
  await inFolder(async (folder) => {
    for (let i = 0; i < scale; i++) {
      const port = await freePort();
      const workload = makeWorkload(folder, `ours-${i}`, port);
      ours.push(await timed(() => workload.prepare(quiet, { uploaded: [], reserved: {} }, unstopped)));
      await workload.abandon(quiet);

      const data = join(folder, `theirs-${i}`);
      await asPostgres("install", "-d", "-m", "700", data);
      theirs.push(
        await timed(async () => {
          await asPostgres(
            join(BIN, "initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "-k",
            "--no-locale",
            "-E",
            "UTF8",
            "-A",
            "trust",
          );
          await pgCtl(data, "-w", "-o", `-p ${port} -k '' -c listen_addresses=127.0.0.1`, "start");
        }),
      );
      await pgCtl(data, "-m", "immediate", "stop");
    }
  });
  return ratio("Postgres, start to ready from nothing, by hand = 1", ours, theirs, 1.1);
}

/** From the request for the upload to `shut down` after writing to 1 GB, VACUUM off. */
export async function stopAfterWork(scale = SCALE, rounds = STOPS): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  await inFolder(async (folder) => {
    const port = await freePort();
    const first = makeWorkload(folder, "db", port);
    await first.prepare(quiet, { uploaded: [], reserved: {} }, unstopped);
    const pgbench = (...args: string[]): Promise<void> =>
      call([join(BIN, "pgbench"), "-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres", ...args, "postgres"]);
    await pgbench("-iq", "-s", `${scale}`);
    await first.settle(quiet, unstopped);
    const data = join(folder, "data/db");
    const work = async (): Promise<void> => {
      await pgbench("-n", "-T", `${BUSY_S}`, "-c", "2");
      await checkpoint(port);
    };
    for (let i = 0; i < rounds; i++) {
      const workload = makeWorkload(folder, "db", port);
      await workload.prepare(quiet, { uploaded: [], reserved: {} }, unstopped);
      await work();
      ours.push(await timed(() => workload.settle(quiet, unstopped)));

      await pgCtl(data, "-w", "-o", `-p ${port} -k '' -c listen_addresses=127.0.0.1`, "start");
      await work();
      theirs.push(await timed(() => pgCtl(data, "-m", "fast", "-w", "stop")));
    }
  });
  return [ratio("Postgres, request to shut down, 1 GB, `pg_ctl stop -m fast` = 1", ours, theirs, 1.2)];
}

function ratio(what: string, ours: readonly number[], theirs: readonly number[], bar: number): Figure {
  const [mine, hand] = [median(ours), median(theirs)];
  const note = `${Math.round(mine)} ms against ${Math.round(hand)} ms`;
  return { what, value: mine / hand, unit: "×", bar, note };
}

function makeWorkload(folder: string, name: string, port: number): Workload {
  const settings: DatabaseSettings = {
    name,
    dataDir: join(folder, "data"),
    port,
    owner: "postgres",
    destination: { repo: "r", message: "m", commandFlags: [] },
    vacuum: "off",
    upgrade: "auto",
    upgradeMode: "copy",
    listenAddress: "127.0.0.1",
    authentication: "trust",
    serverParameters: [],
    serverRestarts: 0,
    serverStartTimeout: 60_000,
    checkInterval: 0,
    answerTimeout: 60_000,
    vacuumTimeout: 60_000,
    clientTimeout: 5000,
    serverStopTimeout: 60_000,
    uploadAfterImmediate: false,
  };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const runtimeDirectory = join(folder, "run");
  const parts = { run, spawn: spawnSupervised, env: process.env, log, binDirs: [BIN], runtimeDirectory };
  return createPostgresWorkload(settings, {
    postgres: createPostgres(parts),
    engine: noEngine,
    idFiles: { expectAbsent: () => {}, write: () => {} },
    log,
    newId: undefined,
    progress: () => () => {},
    readSecret: () => Promise.reject(new Error("there is no secret")),
    run: "bench",
  });
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-pg-"));
  chmodSync(folder, 0o777);
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function checkpoint(port: number): Promise<void> {
  const sql = new SQL({
    adapter: "postgres",
    hostname: "127.0.0.1",
    port,
    username: "postgres",
    password: "",
    tls: false,
  });
  await sql.unsafe("CHECKPOINT");
  await sql.close({ timeout: 0 });
}

async function pgCtl(data: string, ...args: string[]): Promise<void> {
  await asPostgres(join(BIN, "pg_ctl"), "-D", data, "-s", "-l", "/dev/null", ...args);
}

/** Postgres does not run as root. */
async function asPostgres(...argv: string[]): Promise<void> {
  const drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  await call(process.geteuid?.() === 0 ? [...drop, ...argv] : argv);
}

async function call(argv: string[]): Promise<void> {
  const child = Bun.spawn(argv, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const complaint = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")}: ${complaint}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
