import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Installation, ServerRequest } from "../../../src/ports/postgres.ts";
import { failure } from "../../support/failure.ts";
import {
  type Bench,
  connect,
  freePort,
  has15,
  makeBench,
  postmasterPid,
  QUICK,
  sql,
  unstopped,
} from "../../support/postgres.ts";

let bench: Bench;
let installation: Installation;
let folder: string;
beforeAll(async () => {
  bench = await makeBench();
  if (!has15) return;
  [installation] = (await bench.postgres.installations()) as [Installation];
  const data = bench.postgres.dataFolder(join(bench.folder, "cluster"));
  await data.claim({ participant: "p", run: "r", phase: "preparing" });
  const workshop = await data.workshop("incoming");
  const cluster = { folder: workshop, checksums: false, encoding: "UTF8", sync: false };
  await bench.postgres.initialise(installation, cluster, unstopped);
  await data.adopt(workshop);
  folder = data.path;
}, 30_000);
afterAll(() => bench.remove(), 60_000);

async function request(over: Partial<ServerRequest> = {}): Promise<ServerRequest> {
  return {
    installation,
    folder,
    name: "db",
    port: await freePort(),
    listenAddress: "localhost",
    authentication: "trust",
    parameters: QUICK,
    startTimeout: 30_000,
    stopTimeout: 20_000,
    ...over,
  };
}

test.skipIf(!has15)(
  "a server is ready when it answers over TCP, and says how far its stop had to go",
  async () => {
    const asked = await request();
    const server = await bench.postgres.start(asked, unstopped);
    expect(await sql(asked.port, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await server.stop("fast")).toBe("fast");
    expect(await server.stop("immediate")).toBe("fast");
    expect((await bench.postgres.controlData(installation, folder)).state).toBe("shut down");
  },
  30_000,
);

test.skipIf(!has15)(
  "a server for ourselves alone listens on no port",
  async () => {
    const asked = await request({ listenAddress: "" });
    const server = await bench.postgres.start(asked, unstopped);
    expect(await server.query("SELECT inet_server_port() AS port")).toEqual([{ port: null }]);
    await bench.postgres.checkPort("localhost", asked.port);
    await server.stop("fast");
  },
  30_000,
);

test.skipIf(!has15)(
  "a server that cannot start is an error with its own words, at once",
  async () => {
    const asked = await request({ parameters: ["shared_buffers=1"] });
    const error = await failure(bench.postgres.start(asked, unstopped), "system");
    expect(error.message).toContain("shared_buffers");
    expect(error.message).toContain('database "db"');
  },
  30_000,
);

test.skipIf(!has15)(
  "a start that is broken off leaves no server behind",
  async () => {
    const abort = new AbortController();
    const starting = bench.postgres.start(await request(), abort.signal);
    bench.listener = (message) => {
      if (message.includes("starting PostgreSQL")) abort.abort();
    };
    expect((await failure(starting)).kind).toBe("stopped");
    bench.listener = () => {};
    expect(await Bun.file(join(folder, "postmaster.pid")).exists()).toBe(false);
  },
  30_000,
);

test.skipIf(!has15)(
  "a socket path that the kernel cannot take is told before anything is started",
  async () => {
    const name = "n".repeat(108);
    const error = await failure(bench.postgres.start(await request({ name }), unstopped), "configuration");
    expect(error.message).toContain("may have 107 bytes");
    expect(error.remedy).toContain("runtimeDirectory");
  },
  30_000,
);

test.skipIf(!has15)(
  "once closed, newcomers are turned away and sessions that exist go on",
  async () => {
    const asked = await request();
    const server = await bench.postgres.start(asked, unstopped);
    const session = connect(asked.port);
    await session.unsafe("SELECT 1");
    await server.refuseClients({ timeout: 10_000 });
    expect(
      await sql(asked.port, "SELECT 1").then(
        () => "in",
        () => "out",
      ),
    ).toBe("out");
    expect(Array.from(await session.unsafe("SELECT 2 AS two"))).toEqual([{ two: 2 }]);
    expect(await server.query("SELECT 3 AS three")).toEqual([{ three: 3 }]);
    await session.close({ timeout: 0 });
    await server.stop("immediate");
  },
  30_000,
);

test.skipIf(!has15)(
  "a server answers newcomers even when it has no place for them, or they wait for a lock; one that does nothing does not",
  async () => {
    const parameters = [
      ...QUICK,
      "max_connections=2",
      "superuser_reserved_connections=0",
      "max_wal_senders=0",
    ];
    const asked = await request({ parameters });
    const server = await bench.postgres.start(asked, unstopped);
    expect(await server.answers(10_000, unstopped)).toBe(true);
    const sessions = [connect(asked.port), connect(asked.port)];
    for (const session of sessions) await session.unsafe("SELECT 1");
    expect(await server.answers(10_000, unstopped)).toBe(true);
    await sessions[1]?.close({ timeout: 0 });
    await sessions[0]?.unsafe("BEGIN; LOCK TABLE pg_authid, pg_database");
    expect(await server.answers(2000, unstopped)).toBe(true);
    const postmaster = await postmasterPid(folder);
    process.kill(postmaster, "SIGSTOP");
    expect(await server.answers(300, unstopped)).toBe(false);
    expect(await server.stop("killed")).toBe("killed");
    await sessions[0]?.close({ timeout: 0 });
    await bench.postgres.endLeftover(folder);
  },
  60_000,
);

test.skipIf(!has15)(
  "what works on another folder is no leftover of this one, and a lock without a server is removed",
  async () => {
    const asked = await request();
    const server = await bench.postgres.start(asked, unstopped);
    const other = join(bench.folder, "other");
    await mkdir(other);
    await writeFile(join(other, "postmaster.pid"), `${await postmasterPid(folder)}\n${folder}\n`);
    await bench.postgres.endLeftover(other);
    expect(await Bun.file(join(other, "postmaster.pid")).exists()).toBe(false);
    expect(await server.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const died = server.died;
    await bench.postgres.endLeftover(folder);
    expect((await died).message).toContain("ended");
  },
  30_000,
);
