import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { failure } from "../../support/failure.ts";
import {
  archive,
  type Bench,
  connect,
  freePort,
  has15,
  makeBench,
  nothing,
  prepare,
  quiet,
  sql,
} from "../../support/postgres.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.remove(), 60_000);

const destination = { repo: "r", message: "m", commandFlags: [] };
const source = { repo: "r", ref: { type: "latest" } as const, commandFlags: [] };
const data = (name: string): string => join(bench.folder, "data", name);

test.skipIf(!has15)(
  "a folder with somebody's files is refused and left as it is, a server that works on it included",
  async () => {
    await mkdir(data("used"), { recursive: true });
    const program = join(bench.folder, "postgres");
    await copyFile("/bin/sleep", program);
    const theirs = Bun.spawn([program, "infinity"], { cwd: data("used") });
    await writeFile(join(data("used"), "letters"), "dear");
    const workload = bench.workload(bench.settings({ name: "used", port: await freePort() }));
    const error = await failure(
      workload.prepare(quiet, nothing, new AbortController().signal),
      "configuration",
    );
    expect(error.message).toContain("it is not empty (letters)");
    expect(error.remedy).toContain("dataDir");
    await workload.abandon(quiet);
    expect(await readdir(data("used"))).toEqual(["letters"]);
    expect(theirs.exitCode).toBeNull();
    theirs.kill();
    expect(await theirs.exited).toBe(143);
  },
  20_000,
);

test.skipIf(!has15)(
  "a folder of ours is emptied for another run, and gone on with in the same one",
  async () => {
    const port = await freePort();
    const settings = bench.settings({ name: "reused", port });
    const first = bench.workload(settings);
    await prepare(first);
    await sql(port, "CREATE TABLE t AS SELECT 1 AS n");
    await first.abandon(quiet);

    const same = bench.workload(settings);
    await prepare(same);
    expect(await sql(port, "SELECT n FROM t")).toEqual([{ n: 1 }]);
    await same.abandon(quiet);

    const other = bench.workload(settings, { run: "run-2" });
    await prepare(other);
    expect(await sql(port, "SELECT to_regclass('t') AS t")).toEqual([{ t: null }]);
  },
  30_000,
);

test.skipIf(!has15)(
  "a preparation that is stopped leaves nothing that a later one takes for a database",
  async () => {
    const port = await freePort();
    const settings = bench.settings({ name: "stopped", port });
    const abort = new AbortController();
    const reporter = { ...quiet, doing: () => setImmediate(() => abort.abort()) };
    const error = await failure(bench.workload(settings).prepare(reporter, nothing, abort.signal));
    expect(error.kind).toBe("stopped");
    const again = bench.workload(settings);
    await prepare(again);
    expect(await sql(port, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  },
  30_000,
);

test.skipIf(!has15)(
  "a taken port is told before anything is created or downloaded",
  async () => {
    const port = await freePort();
    const squatter = await listen(port);
    const workload = bench.workload(bench.settings({ name: "taken", port, source }));
    const error = await failure(
      workload.prepare(quiet, nothing, new AbortController().signal),
      "configuration",
    );
    expect(error.message).toContain(`port ${port}`);
    expect(await Bun.file(data("taken")).exists()).toBe(false);
    squatter.close();
  },
  20_000,
);

test.skipIf(!has15)(
  "trust is refused where strangers could use it",
  async () => {
    const over = { name: "open", port: await freePort(), listenAddress: "0.0.0.0" };
    const error = await failure(prepare(bench.workload(bench.settings(over))), "configuration");
    expect(error.message).toContain('listen on "0.0.0.0"');
    expect(error.remedy).toContain("scram-sha-256");
  },
  20_000,
);

test.skipIf(!has15)(
  "a bundle that holds no database is refused by name",
  async () => {
    await mkdir(bench.engine.folderOf("letters"), { recursive: true });
    await writeFile(join(bench.engine.folderOf("letters"), "letter"), "dear");
    const wrong = { ...source, ref: { type: "id", id: "letters" } as const };
    const workload = bench.workload(
      bench.settings({ name: "letters", port: await freePort(), source: wrong }),
    );
    const error = await failure(prepare(workload), "configuration");
    expect(error.message).toContain('bundle letters of "r"');
    expect(error.message).toContain("no PG_VERSION");
  },
  20_000,
);

test.skipIf(!has15)(
  "with scram nobody comes in without the password, and it is in no log",
  async () => {
    const port = await freePort();
    const password = "correct horse's \\ battery";
    const over = {
      name: "secret",
      port,
      destination,
      authentication: "scram-sha-256" as const,
      passwordFile: "/p",
    };
    const serverParameters = ["fsync=off", "log_statement=all"];
    const workload = bench.workload(bench.settings({ ...over, serverParameters }), {
      readSecret: async () => password,
    });
    await prepare(workload);
    const inside = connect(port, "postgres", "postgres", password);
    expect(Array.from(await inside.unsafe("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
    await inside.close({ timeout: 0 });
    const outside = connect(port, "postgres", "postgres", "wrong");
    expect(
      await outside.unsafe("SELECT 1").then(
        () => "in",
        () => "out",
      ),
    ).toBe("out");
    await outside.close({ timeout: 0 });
    expect(JSON.stringify(bench.logged)).not.toContain("battery");
    await archive(workload);
  },
  30_000,
);

test.skipIf(!has15)(
  "several databases start side by side, each on its own port",
  async () => {
    const names = ["a", "b", "c"];
    const ports = await Promise.all(names.map(freePort));
    await Promise.all(
      names.map((name, index) => prepare(bench.workload(bench.settings({ name, port: ports[index] ?? 0 })))),
    );
    for (const port of ports) expect(await sql(port, "SHOW port")).toEqual([{ port: `${port}` }]);
  },
  60_000,
);

test.skipIf(!has15)(
  "what the environment says to clients of Postgres reaches neither our sessions nor the server",
  async () => {
    const port = await freePort();
    process.env["PGOPTIONS"] = "-c search_path=nowhere -c nonsense=1";
    process.env["PGHOST"] = "nowhere.invalid";
    try {
      const workload = bench.workload(bench.settings({ name: "calm", port, destination, vacuum: "on" }));
      await prepare(workload);
      await archive(workload);
    } finally {
      delete process.env["PGOPTIONS"];
      delete process.env["PGHOST"];
    }
  },
  30_000,
);

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}
