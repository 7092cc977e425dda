import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { filesIn, makePod, type Pod } from "../support/pod.ts";
import type { Container } from "../support/container.ts";
import { requirePart } from "../support/parts.ts";
import { BIN_13, BIN_15, freePort, has15, LIBRARIES_13 } from "../support/postgres.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
  // The servers run as another user, who has to get through.
  await chmod(pod.folder, 0o755);
});
afterEach(() => pod.remove(), 30_000);

const SOON = { SIDECAR_SILENCE_TIMEOUT: "1500ms", SIDECAR_GRACE: "2s" };

interface Database {
  readonly name: string;
  readonly port: number;
  readonly rest?: string;
}

/** A settings file with databases that become bundles labelled with their names. */
function settingsFile(databases: readonly Database[], more = ""): string {
  const lines = databases.map(
    ({ name, port, rest = "" }) => `
  - name: ${name}
    port: ${port}
    destinationRepo: ${pod.store.repo}
    destinationMessage: m
    destinationLabel: ${name}${rest}`,
  );
  const text = `dataDir: ${pod.path("pg")}
runtimeDirectory: ${pod.path("run")}
serverParameters: [fsync=off, shared_buffers=16MB]
${more}
databases:${lines.join("")}
`;
  return pod.write(text, "settings.yaml");
}

function sidecar(
  role: "sidecar" | "postgres",
  file: string,
  env: Record<string, string | undefined> = {},
): Container {
  const native = { SIDECAR_ENGINE: "native", SIDECAR_STORE: pod.store.url };
  return pod.run("datamon-sidecar", [role, "--config", file], { ...native, ...SOON, ...env });
}

function app(databases: readonly Database[], script: string, flags: readonly string[] = []): Container {
  const wait = databases.flatMap(({ name }) => ["--wait-for", `postgres:${name}`]);
  const message = pod.write("", "termination-app");
  const words = ["app", ...wait, ...flags, "--", "sh", "-c", script];
  return pod.run("datamon-sidecar", words, { SIDECAR_TERMINATION_MESSAGE_PATH: message, ...SOON });
}

const psql = (port: number, statement: string): string =>
  `psql -qAtX -h 127.0.0.1 -p ${port} -U postgres -c "${statement}"`;

async function databasesNamed(...names: string[]): Promise<Database[]> {
  return await Promise.all(names.map(async (name) => ({ name, port: await freePort() })));
}

test.skipIf(!has15)(
  "an old pod's database: the scripts' names, their YAML, their markers",
  async () => {
    const port = await freePort();
    const file = pod.write(
      `globalOpts:
  coordPoint: ${pod.path("coord")}
database:
  name: db
  dataDir: ${pod.path("pg")}
  pgPort: "${port}"
  owner: alice
  destRepo: ${pod.store.repo}
  destMessage: "it's a message"
  destLabel: made
`,
      "pgparams.yaml",
    );
    const old = { SIDECAR_CONFIG: file, SIDECAR_ENGINE: "native", SIDECAR_STORE: pod.store.url };
    const env = { ...old, SIDECAR_RUNTIME_DIRECTORY: pod.path("run"), SIDECAR_COORD_POINT: undefined };
    const database = pod.run("wrap_datamon_pg.sh", [], env);
    const words = ["-c", pod.path("coord"), "-b", "postgres", "-d", "db", "--", "sh", "-c"];
    const wrapper = pod.run("wrap_application.sh", [...words, psql(port, "CREATE TABLE t AS SELECT 1 AS n")]);
    expect([await wrapper.exit(), await database.exit()]).toEqual([0, 0]);
    expect((await pod.bundle("made"))?.["pg_version"]).toMatch(/^15\.\d+\n$/);
    for (const marker of ["dbstarted", "initdbupload", "dbuploaddone"])
      expect(pod.has("coord/db", marker)).toBe(true);
  },
  60_000,
);

test.skipIf(!has15)(
  "three databases and two bundles are served by one process",
  async () => {
    const databases = await databasesNamed("one", "two", "three");
    const more = `sources:
  - {name: in, path: ${pod.path("in")}, repo: ${pod.store.repo}, label: ${pod.store.label}}
destinations:
  - {name: out, path: ${pod.path("out")}, repo: ${pod.store.repo}, message: m, label: result}`;
    const served = sidecar("sidecar", settingsFile(databases, more));
    const script = databases.map(({ port }) => psql(port, "CREATE TABLE t AS SELECT 1")).join(" && ");
    const wrapper = app(databases, `${script} && cp in/hello out/`, ["--wait-for", "files"]);
    expect([await wrapper.exit(), await served.exit()]).toEqual([0, 0]);
    expect(filesIn(pod.path("in"))).toEqual(pod.store.files);
    expect(await pod.bundle()).toEqual({ hello: "world" });
    for (const { name } of databases) expect(await pod.bundle(name)).toHaveProperty("PG_VERSION", "15\n");
  },
  60_000,
);

test.skipIf(!has15)(
  "when one of three databases cannot start, the application never does, and its wrapper names it",
  async () => {
    const databases = await databasesNamed("one", "two", "three");
    const broken = databases.map((database) =>
      database.name === "two"
        ? { ...database, rest: "\n    serverParameters: [shared_buffers=1]" }
        : database,
    );
    const served = sidecar("postgres", settingsFile(broken));
    const wrapper = app(databases, "touch ran");
    expect(await wrapper.exit()).toBe(69);
    expect(await served.exit()).not.toBe(0);
    expect(pod.terminationMessage("app")).toContain('postgres sidecar of database "two"');
    expect(pod.terminationMessage("app")).toContain("shared_buffers");
    expect(pod.has("ran")).toBe(false);
    expect(await served.leftOver()).toEqual([]);
    expect(pod.bundles()).toBe(1);
  },
  60_000,
);

test.skipIf(!has15)(
  "a sidecar killed under a running application ends it, and nothing is uploaded",
  async () => {
    const [database] = await databasesNamed("db");
    if (database === undefined) throw new Error("no database");
    const served = sidecar("postgres", settingsFile([database]));
    const wrapper = app([database], "touch started; exec sleep infinity");
    await pod.until(() => pod.has("started"));
    await served.destroy();
    expect(await wrapper.exit()).toBe(69);
    expect(pod.terminationMessage("app")).toMatch(/has given no sign of life/);
    expect(pod.has("coord/db/dbuploaddone")).toBe(false);
    expect(pod.bundles()).toBe(1);
  },
  60_000,
);

test.skipIf(!has15)(
  "a stop of the pod while the application runs stops the server too, and uploads nothing",
  async () => {
    const [database] = await databasesNamed("db");
    if (database === undefined) throw new Error("no database");
    const served = sidecar("postgres", settingsFile([database]));
    const wrapper = app([database], "touch started; exec sleep infinity");
    await pod.until(() => pod.has("started"));
    served.signal("SIGTERM");
    wrapper.signal("SIGTERM");
    expect(await wrapper.exit()).toBe(143);
    await served.exit();
    expect(await served.leftOver()).toEqual([]);
    expect(pod.bundles()).toBe(1);
  },
  60_000,
);

test.skipIf(!has15 || !requirePart("Postgres 13 (scripts/fetch-postgres-13)"))(
  "a database that is declared for its upgrade alone is upgraded, archived and left, without an application",
  async () => {
    const [database] = await databasesNamed("db");
    if (database === undefined) throw new Error("no database was made");
    const libraries = { LD_LIBRARY_PATH: LIBRARIES_13 };
    const made = sidecar("postgres", settingsFile([database], `binDirs: [${BIN_13}]`), libraries);
    const wrapper = app([database], psql(database.port, "CREATE TABLE t AS SELECT 42 AS n"));
    expect([await wrapper.exit(), await made.exit()]).toEqual([0, 0]);
    expect(await pod.bundle("db")).toHaveProperty("PG_VERSION", "13\n");

    const upgrade = `
    sourceRepo: ${pod.store.repo}
    sourceLabel: db
    upgrade: only`;
    const both = settingsFile(
      [{ ...database, name: "upgraded", rest: upgrade }],
      `binDirs: [${BIN_13}, ${BIN_15}]`,
    );
    expect(await sidecar("postgres", both, libraries).exit()).toBe(0);
    expect(await pod.bundle("upgraded")).toHaveProperty("PG_VERSION", "15\n");
    expect(await pod.bundle("db")).toHaveProperty("PG_VERSION", "13\n");
  },
  120_000,
);
