import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Postgres } from "../../../src/ports/postgres.ts";
import type { BundleRecord } from "../../../src/ports.ts";
import { failure } from "../../support/failure.ts";
import {
  archive,
  BIN_15,
  type Bench,
  freePort,
  has15,
  makeBench,
  nothing,
  prepare,
  program,
  quiet,
  sql,
  unstopped,
} from "../../support/postgres.ts";

const repo = "db-repo";
const commandFlags: string[] = [];
const ROWS = "SELECT md5(string_agg(a::text, ',' ORDER BY aid)) AS sum FROM pgbench_accounts a";
const isRoot = process.geteuid?.() === 0;
let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.remove(), 60_000);

test.skipIf(!has15)(
  "a database is created, filled, archived, restored, changed, archived and read again",
  async () => {
    const port = await freePort();
    const data = (name: string): string => join(bench.folder, "data", name);
    const destination = { repo, message: "pgbench", label: "filled", commandFlags };

    const first = bench.workload(
      bench.settings({ name: "first", port, owner: "alice", vacuum: "freeze", destination }),
    );
    await prepare(first);
    await program(BIN_15, "pgbench", "-h", "127.0.0.1", "-p", `${port}`, "-U", "alice", "-iq", "postgres");
    const filled = await sql(port, ROWS, "postgres", "alice");
    await archive(first);
    expect(bench.engine.uploads.at(-1)).toMatchObject({ repo, message: "pgbench", label: "filled" });
    expect(await program(BIN_15, "pg_checksums", "--check", "-D", data("first"))).toContain(
      "Bad checksums:  0",
    );

    const source = { repo, ref: { type: "label", label: "filled" } as const, commandFlags };
    const changed = { repo, message: "changed", label: "changed", commandFlags };
    const second = bench.workload(
      bench.settings({ name: "second", port, vacuum: "on", source, destination: changed }),
    );
    await prepare(second);
    expect(await sql(port, ROWS, "postgres", "alice")).toEqual(filled);
    await sql(port, "UPDATE pgbench_accounts SET abalance = aid");
    const updated = await sql(port, ROWS);
    expect(updated).not.toEqual(filled);
    await archive(second);
    expect(await program(BIN_15, "pg_checksums", "--check", "-D", data("second"))).toContain(
      "Bad checksums:  0",
    );

    const latest = { repo, ref: { type: "latest" } as const, commandFlags };
    const third = bench.workload(bench.settings({ name: "third", port, source: latest }));
    await prepare(third);
    expect(await sql(port, ROWS)).toEqual(updated);
    await program(
      BIN_15,
      "pg_amcheck",
      "-h",
      "127.0.0.1",
      "-p",
      `${port}`,
      "-U",
      "postgres",
      "--install-missing",
      "postgres",
    );
    expect(third.hasDestination).toBe(false);
    await archive(third);
    expect(bench.engine.uploads).toHaveLength(2);
  },
  60_000,
);

test.skipIf(!has15)(
  "folders and modes that bundles lose are back after a restore",
  async () => {
    const port = await freePort();
    const list = async (name: string): Promise<string[]> => {
      const found = Bun.spawn(
        ["find", ".", "-path", "./.datamon", "-prune", "-o", "-printf", "%y %m %u %p\n"],
        {
          cwd: join(bench.folder, "data", name),
          stdout: "pipe",
        },
      );
      return (await found.stdout.text()).split("\n").toSorted();
    };
    const destination = { repo: "modes", message: "m", commandFlags };
    const made = bench.workload(bench.settings({ name: "modes", port, destination }));
    await prepare(made);
    await made.settle(quiet, unstopped);
    const data = join(bench.folder, "data/modes");
    Bun.spawnSync(["install", "-d", "-m", "750", join(data, "empty/inner")]);
    Bun.spawnSync(["chmod", "640", join(data, "postgresql.conf")]);
    Bun.spawnSync(["chown", "-R", "--reference", data, data]);
    await made.upload(quiet, nothing, unstopped);
    const before = await list("modes");
    expect(before.some((line) => line.startsWith("f 640"))).toBe(true);
    const source = { repo: "modes", ref: { type: "latest" } as const, commandFlags };
    const abort = new AbortController();
    const restored = bench.workload(bench.settings({ name: "back", port, source }), {
      postgres: stoppingBeforeStart(abort),
    });
    await restored.prepare(quiet, nothing, abort.signal).catch(() => undefined);
    expect(abort.signal.aborted).toBe(true);
    expect(await list("back")).toEqual(before);
  },
  30_000,
);

test.skipIf(!has15)(
  "a bundle carries the version as the old sidecar wants it, and nothing of the running server",
  async () => {
    const port = await freePort();
    const records: BundleRecord[] = [];
    const destination = { repo: "plain", message: "m", commandFlags };
    const workload = bench.workload(bench.settings({ name: "plain", port, destination }));
    await prepare(workload);
    await workload.settle(quiet, unstopped);
    await workload.upload({ ...quiet, bundle: (record) => void records.push(record) }, nothing, unstopped);
    const id = records[0]?.id ?? "";
    expect(records).toEqual([{ name: "plain", direction: "out", repo: "plain", id }]);
    const bundle = bench.engine.folderOf(id);
    expect(await readFile(join(bundle, "pg_version"), "utf8")).toMatch(/^15\.\d+\n$/);
    for (const gone of ["postmaster.pid", "postmaster.opts", ".datamon"]) {
      expect(await Bun.file(join(bundle, gone)).exists()).toBe(false);
    }
    await workload.upload(quiet, { uploaded: records, reserved: {} }, unstopped);
    expect(bench.engine.uploads.filter((upload) => upload.repo === "plain")).toHaveLength(1);
  },
  30_000,
);

test.skipIf(!has15)(
  "a bundle made in the old sidecar's way is recovered and served",
  async () => {
    const port = await freePort();
    const old = join(bench.engine.folderOf("old-style"));
    await makeOldBundle(old, ["CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n"]);
    const source = { repo: "old", ref: { type: "id", id: "old-style" } as const, commandFlags };
    const workload = bench.workload(bench.settings({ name: "legacy", port, source }));
    await prepare(workload);
    expect(await sql(port, "SELECT count(*)::int AS count FROM kept")).toEqual([{ count: 1000 }]);
    await archive(workload);
  },
  30_000,
);

test.skipIf(!has15)(
  "a bundle whose tablespaces lay outside the data folder is refused before anybody works on what is left",
  async () => {
    const elsewhere = join(bench.folder, "elsewhere");
    await makeServersFolder(elsewhere);
    const statements = [`CREATE TABLESPACE fast LOCATION '${elsewhere}'`, "CHECKPOINT"];
    await makeOldBundle(join(bench.engine.folderOf("spaced")), statements);
    const source = { repo: "old", ref: { type: "id", id: "spaced" } as const, commandFlags };
    const workload = bench.workload(bench.settings({ name: "spaced", port: await freePort(), source }));
    const error = await failure(
      workload.prepare(quiet, nothing, new AbortController().signal),
      "configuration",
    );
    expect(error.message).toContain('tablespace "fast"');
    await workload.abandon(quiet);
  },
  30_000,
);

test.skipIf(!has15)(
  "log files that were set aside for the future are not archived, and the bundle is whole without them",
  async () => {
    const port = await freePort();
    const destination = { repo: "slim", message: "m", commandFlags };
    const workload = bench.workload(bench.settings({ name: "slim", port, destination }));
    await prepare(workload);
    await sql(port, "CREATE TABLE t (n int)");
    for (let n = 0; n < 5; n++) {
      await sql(port, `INSERT INTO t VALUES (${n})`);
      await sql(port, "SELECT pg_switch_wal()");
    }
    await sql(port, "CHECKPOINT");
    expect(await segments(join(bench.folder, "data/slim"))).toBeGreaterThan(2);
    await archive(workload);
    expect(await segments(bench.engine.folderOf(bench.engine.uploads.at(-1)?.id ?? ""))).toBeLessThanOrEqual(
      2,
    );
    const source = { repo: "slim", ref: { type: "latest" } as const, commandFlags };
    const again = bench.workload(bench.settings({ name: "slim-again", port, source, destination }));
    await prepare(again);
    await sql(port, "INSERT INTO t VALUES (5)");
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 6 }]);
    await archive(again);
  },
  30_000,
);

/** How many log files a data folder or bundle holds. */
async function segments(folder: string): Promise<number> {
  return (await readdir(join(folder, "pg_wal"))).filter((name) => name.length === 24).length;
}

/** initdb without checksums, `pg_version`, a stop with `-m immediate`, files only. */
async function makeOldBundle(target: string, statements: readonly string[]): Promise<void> {
  const port = await freePort();
  const folder = `${target}-served`;
  const as = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  const call = (...argv: string[]): void => {
    const done = Bun.spawnSync([...as, ...argv], { stdout: "ignore", stderr: "pipe" });
    if (!done.success) throw new Error(done.stderr.toString());
  };
  await makeServersFolder(folder);
  call(
    join(BIN_15, "initdb"),
    "--no-locale",
    "--encoding",
    "UTF8",
    "-D",
    folder,
    "-U",
    "postgres",
    "--no-sync",
  );
  await Bun.write(join(folder, "pg_version"), "15.18\n");
  const options = `-p ${port} -k '' -c listen_addresses=127.0.0.1`;
  call(join(BIN_15, "pg_ctl"), "-D", folder, "--options", options, "--log", "/dev/null", "-w", "start");
  for (const statement of statements) await sql(port, statement);
  call(join(BIN_15, "pg_ctl"), "-D", folder, "-m", "immediate", "stop");
  await cp(folder, target, { recursive: true });
  // What datamon does not store.
  Bun.spawnSync(["find", target, "-type", "l", "-delete"]);
  Bun.spawnSync(["find", target, "-type", "d", "-empty", "-delete"]);
}

async function makeServersFolder(folder: string): Promise<void> {
  await Bun.spawn(["install", "-d", ...(isRoot ? ["-o", "postgres"] : []), folder]).exited;
}

/** The real Postgres, except that the workload is stopped at the moment it would start its server. */
function stoppingBeforeStart(abort: AbortController): Postgres {
  return {
    ...bench.postgres,
    start: () => {
      abort.abort();
      return Promise.reject(new Error("stopped before the start"));
    },
  };
}
