import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { SQL } from "bun";
import { AT_REST } from "../../../src/core/postgres/control-data.ts";
import { KnownError } from "../../../src/core/errors.ts";
import { MANIFEST } from "../../../src/core/postgres/manifest.ts";
import { failure } from "../../support/failure.ts";
import {
  archive,
  backendPid,
  type Bench,
  connect,
  freePort,
  has15,
  makeBench,
  nothing,
  prepare,
  QUICK,
  quiet,
  serverProcess,
  sql,
  unstopped,
  withQueryHook,
} from "../../support/postgres.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.remove(), 60_000);

const destination = { repo: "r", message: "m", commandFlags: [] };
const uploadsOf = (name: string): number =>
  bench.engine.uploads.filter((upload) => upload.path.endsWith(`/${name}`)).length;

test.skipIf(!has15)(
  "a transaction left open is ended after its time, and what it wrote is not in the bundle",
  async () => {
    const port = await freePort();
    const workload = bench.workload(
      bench.settings({ name: "open", port, destination, vacuum: "on", clientTimeout: 100 }),
    );
    await prepare(workload);
    await sql(port, "CREATE TABLE t (n int)");
    const session = connect(port);
    await session.unsafe("BEGIN; INSERT INTO t VALUES (1); LOCK TABLE t");
    await archive(workload);
    expect(uploadsOf("open")).toBe(1);
    expect(
      await session.unsafe("SELECT 1").then(
        () => "alive",
        () => "gone",
      ),
    ).toBe("gone");
    expect(bench.logged.some((line) => line.message === "ending sessions that did not leave")).toBe(true);

    const source = { repo: "r", ref: { type: "latest" } as const, commandFlags: [] };
    const again = bench.workload(bench.settings({ name: "open2", port, source }));
    await prepare(again);
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 0 }]);
  },
  30_000,
);

test.skipIf(!has15)(
  "a session that is busy for a moment may finish",
  async () => {
    const port = await freePort();
    const workload = bench.workload(
      bench.settings({ name: "busy", port, destination, clientTimeout: 20_000 }),
    );
    await prepare(workload);
    await sql(port, "CREATE TABLE t (n int)");
    const session = connect(port);
    await session.unsafe("SELECT 1");
    const work = session.unsafe("INSERT INTO t SELECT 1 FROM pg_sleep(0.3)").execute();
    await archive(workload);
    await work;
    expect(uploadsOf("busy")).toBe(1);
    await session.close({ timeout: 0 });
  },
  30_000,
);

test.skipIf(!has15)(
  "a client that reconnects in a loop is kept out",
  async () => {
    const port = await freePort();
    const workload = bench.workload(
      bench.settings({ name: "loop", port, destination, clientTimeout: 20_000 }),
    );
    await prepare(workload);
    const loop = { going: true, rejected: 0 };
    const connected = Promise.withResolvers<void>();
    const client = (async () => {
      while (loop.going) {
        const session = connect(port);
        await session.unsafe("SELECT 1").then(
          () => connected.resolve(),
          () => (loop.rejected += 1),
        );
        await session.close({ timeout: 0 });
      }
    })();
    await connected.promise;
    await archive(workload);
    loop.going = false;
    await client;
    expect(uploadsOf("loop")).toBe(1);
    expect(loop.rejected).toBeGreaterThan(0);
  },
  30_000,
);

test.skipIf(!has15)(
  "clients that fill every place cannot keep the database from being archived",
  async () => {
    const port = await freePort();
    const serverParameters = ["fsync=off", "max_connections=5", "superuser_reserved_connections=0"];
    const settings = bench.settings({ name: "full", port, destination, vacuum: "on", serverParameters });
    const workload = bench.workload(settings);
    await prepare(workload);
    const sessions: SQL[] = [];
    for (;;) {
      const session = connect(port);
      const in_ = await session.unsafe("BEGIN").then(
        () => true,
        () => false,
      );
      if (!in_) break;
      sessions.push(session);
    }
    expect(sessions.length).toBeGreaterThan(0);
    await archive(workload);
    expect(uploadsOf("full")).toBe(1);
    await Promise.all(sessions.map((session) => session.close({ timeout: 0 })));
  },
  60_000,
);

test.skipIf(!has15)(
  "a prepared transaction is named, and nothing is archived, but the server stops cleanly",
  async () => {
    const port = await freePort();
    const serverParameters = ["fsync=off", "max_prepared_transactions=2"];
    const settings = bench.settings({ name: "prepared", port, destination, vacuum: "on", serverParameters });
    const workload = bench.workload(settings);
    await prepare(workload);
    await sql(port, "CREATE TABLE t (n int)");
    const session = connect(port);
    await session.unsafe("BEGIN");
    await session.unsafe("LOCK TABLE t");
    await session.unsafe("PREPARE TRANSACTION 'left over'");
    const error = await failure(workload.settle(quiet, unstopped), "system");
    expect(error.message).toContain('"left over" of postgres in postgres');
    expect(error.remedy).toContain("ROLLBACK PREPARED");
    const [installation] = await bench.postgres.installations();
    if (installation === undefined) throw new Error("no installation");
    const data = join(bench.folder, "data/prepared");
    expect((await bench.postgres.controlData(installation, data)).state).toBe(AT_REST);
    expect(uploadsOf("prepared")).toBe(0);
    await session.close({ timeout: 0 });
  },
  30_000,
);

test.skipIf(!has15)(
  "a tablespace that the application made elsewhere is named, and nothing is archived",
  async () => {
    const port = await freePort();
    const workload = bench.workload(bench.settings({ name: "space", port, destination }));
    await prepare(workload);
    const elsewhere = join(bench.folder, "elsewhere");
    await mkdir(elsewhere);
    await Bun.spawn(["chown", "--reference", join(bench.folder, "data/space"), elsewhere]).exited;
    await sql(port, `CREATE TABLESPACE fast LOCATION '${elsewhere}'`);
    const error = await failure(workload.settle(quiet, unstopped), "configuration");
    expect(error.message).toContain('tablespace "fast"');
    expect(uploadsOf("space")).toBe(0);
  },
  30_000,
);

test.skipIf(!has15)(
  "a VACUUM that takes too long is left, and the database is archived without it",
  async () => {
    const port = await freePort();
    // So slow that it takes minutes.
    const serverParameters = [...QUICK, "vacuum_cost_delay=100", "vacuum_cost_limit=1"];
    const over = {
      name: "slow",
      port,
      destination,
      vacuum: "on" as const,
      vacuumTimeout: 100,
      serverParameters,
    };
    const workload = bench.workload(bench.settings(over));
    await prepare(workload);
    await archive(workload);
    expect(uploadsOf("slow")).toBe(1);
    expect(bench.logged.some(({ message }) => message.startsWith("VACUUM takes too long"))).toBe(true);
  },
  60_000,
);

test.skipIf(!has15)(
  "a client that locks the catalogs, so that nobody can come in, is ended with the server",
  async () => {
    const port = await freePort();
    const workload = bench.workload(
      bench.settings({ name: "locked", port, destination, vacuum: "on", answerTimeout: 5000 }),
    );
    await prepare(workload);
    await sql(port, "CREATE TABLE t AS SELECT 1 AS n");
    const session = connect(port);
    await session.unsafe("BEGIN; LOCK TABLE pg_authid, pg_database");
    await archive(workload);
    expect(uploadsOf("locked")).toBe(1);
    expect(bench.logged.some(({ message }) => message.startsWith("its clients keep us out"))).toBe(true);
    await session.close({ timeout: 0 });
  },
  60_000,
);

test.skipIf(!has15)(
  "a hung session that holds a lock keeps the stop for as long as the settings say and no longer",
  async () => {
    const port = await freePort();
    const data = join(bench.folder, "data/hung");
    const limits = { vacuumTimeout: 200, serverStopTimeout: 200 };
    const workload = bench.workload(
      bench.settings({ name: "hung", port, destination, vacuum: "on", ...limits }),
    );
    await prepare(workload);
    await sql(port, "CREATE TABLE t AS SELECT 1 AS n");
    const session = connect(port);
    await session.unsafe("BEGIN; LOCK TABLE t");
    frozenUntilCutOff(await backendPid(session));
    const error = await failure(workload.settle(quiet, unstopped), "system");
    expect(error.message).toMatch(
      /not shut down cleanly \(pg_controldata: "(?:in production|shutting down)"\)/,
    );
    await failure(workload.upload(quiet, nothing, unstopped), "system");
    expect(uploadsOf("hung")).toBe(0);
    expect(await Bun.file(join(data, "postmaster.pid")).exists()).toBe(false);
    await session.close({ timeout: 0 });
  },
  60_000,
);

test.skipIf(!has15)(
  "a CHECKPOINT that does not come to an end leads to the shutdown, and that to its next step",
  async () => {
    const port = await freePort();
    const data = join(bench.folder, "data/frozen");
    const workload = bench.workload(
      bench.settings({ name: "frozen", port, destination, serverStopTimeout: 200 }),
    );
    await prepare(workload);
    frozenUntilCutOff(await serverProcess(data, "checkpointer"));
    await failure(workload.settle(quiet, unstopped), "system");
    expect(bench.logged.some(({ message }) => message.startsWith("CHECKPOINT takes too long"))).toBe(true);
    expect(uploadsOf("frozen")).toBe(0);
  },
  60_000,
);

test.skipIf(!has15).each([false, true])(
  "a stop that takes too long is cut off; what is left needs recovery and is archived only if that is wanted (%p)",
  async (uploadAfterImmediate) => {
    const port = await freePort();
    const name = `stuck-${uploadAfterImmediate}`;
    const data = join(bench.folder, "data", name);
    const over = { name, port, destination, serverStopTimeout: 200, uploadAfterImmediate };
    const workload = bench.workload(bench.settings(over), {
      postgres: {
        ...bench.postgres,
        start: async (request, signal) =>
          withQueryHook(await bench.postgres.start(request, signal), async (statement) => {
            if (statement !== "CHECKPOINT") return;
            frozenUntilCutOff(await serverProcess(data, "checkpointer"));
          }),
      },
    });
    await prepare(workload);
    const outcome = await workload.settle(quiet, unstopped).catch((error: unknown) => error);
    if (uploadAfterImmediate) {
      expect(outcome).toBeUndefined();
      await workload.upload(quiet, nothing, unstopped);
      expect(await Bun.file(join(data, MANIFEST)).json()).toMatchObject({ clean: false });
    } else {
      expect(outcome).toBeInstanceOf(KnownError);
      // Awake again for a moment, the checkpointer may have got as far as to say that it is shutting down.
      expect((outcome as KnownError).message).toMatch(/pg_controldata: "(?:in production|shutting down)"/);
      await failure(workload.upload(quiet, nothing, unstopped), "system");
    }
    expect(uploadsOf(name)).toBe(uploadAfterImmediate ? 1 : 0);
  },
  30_000,
);

/** A process that does nothing, and so holds up a fast shutdown, until the immediate one comes. */
function frozenUntilCutOff(pid: number): void {
  process.kill(pid, "SIGSTOP");
  bench.listener = (message) => {
    if (!message.includes("received immediate shutdown request")) return;
    bench.listener = () => {};
    process.kill(pid, "SIGCONT");
  };
}
