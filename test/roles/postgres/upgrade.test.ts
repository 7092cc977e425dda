import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFile, cp, readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSettings } from "../../../src/config/settings.ts";
import { MANIFEST } from "../../../src/core/postgres/manifest.ts";
import type { Workload } from "../../../src/ports.ts";
import { migrateDatabase } from "../../../src/roles/postgres.ts";
import { failure } from "../../support/failure.ts";
import { requirePart } from "../../support/parts.ts";
import {
  archive,
  BIN_13,
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
  withMajors,
} from "../../support/postgres.ts";

const hasBoth = has15 && requirePart("Postgres 13 (scripts/fetch-postgres-13)");
/** An upgrade takes several starts of several servers, on a machine that may be busy with other things. */
const LIMIT = 180_000;
const repo = "old";
const commandFlags: string[] = [];
let bench: Bench;
let port: number;
/** The id of a bundle that Postgres 13 made. */
let bundle: string;

/** What the upgraded database must still say. */
const QUESTIONS = [
  "SELECT md5(string_agg(t::text, ',' ORDER BY id)) AS rows FROM words t",
  "SELECT last_value, is_called FROM counter",
  "SELECT convert_from(lo_get(oid), 'UTF8') AS large FROM pg_largeobject_metadata",
  "SELECT tableowner FROM pg_tables WHERE tablename = 'words'",
  "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE oid >= 16384 ORDER BY rolname",
  "SELECT datname, pg_get_userbyid(datdba) AS owner FROM pg_database ORDER BY datname",
  "SELECT id FROM words WHERE word % 'elephnt' ORDER BY similarity(word, 'elephnt') DESC, id LIMIT 1",
  "SHOW work_mem",
  "SHOW data_checksums",
  "SHOW wal_segment_size",
  "SHOW server_encoding",
];

beforeAll(async () => {
  bench = await makeBench();
  if (!hasBoth) return;
  port = await freePort();
  const settings = bench.settings({
    name: "thirteen",
    port,
    owner: "alice",
    destination: { repo, message: "m", commandFlags },
  });
  const workload = bench.workload(settings, withMajors(bench, BIN_13));
  await prepare(workload);
  for (const statement of [
    "CREATE EXTENSION pg_trgm",
    "CREATE ROLE reader LOGIN",
    "CREATE TABLE words (id int PRIMARY KEY, word text)",
    "INSERT INTO words SELECT n, md5(n::text) FROM generate_series(1, 500) AS n",
    "INSERT INTO words VALUES (1000, 'elephant')",
    "CREATE INDEX ON words USING gin (word gin_trgm_ops)",
    "ALTER TABLE words OWNER TO alice",
    "CREATE SEQUENCE counter",
    "SELECT nextval('counter'), nextval('counter')",
    "SELECT lo_from_bytea(0, 'a large object')",
    "CREATE DATABASE \"second = 'odd'\" OWNER reader",
    "ALTER SYSTEM SET work_mem = '7MB'",
    "ALTER SYSTEM SET vacuum_cleanup_index_scale_factor = 0.2",
    "SELECT pg_create_physical_replication_slot('standby')",
  ]) {
    await sql(port, statement);
  }
  await sql(port, "CREATE TABLE there AS SELECT 1 AS n", "second = 'odd'");
  const edited = join(bench.folder, "data/thirteen/postgresql.conf");
  await appendFile(edited, "max_connections = 42\n");
  await archive(workload);
  bundle = bench.engine.uploads.at(-1)?.id ?? "";
}, LIMIT);
afterAll(() => bench.remove(), LIMIT);

const both = (): object => withMajors(bench, BIN_13, BIN_15);

function restoring(name: string, over: Partial<DatabaseSettings> = {}, id = bundle): DatabaseSettings {
  const source = { repo, ref: { type: "id", id } as const, commandFlags };
  return bench.settings({
    name,
    port,
    source,
    destination: { repo: "new", message: "kept", commandFlags },
    ...over,
  });
}

async function answers(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const question of QUESTIONS) all.push(await sql(port, question, "postgres", "alice"));
  all.push(await sql(port, "SELECT n FROM there", "second = 'odd'"));
  return all;
}

/** What the same questions are answered with before the upgrade, by Postgres 13 itself. */
async function before(): Promise<unknown[]> {
  const workload = bench.workload(restoring("before", { upgrade: "never" }), both());
  await prepare(workload);
  expect(await sql(port, "SELECT current_setting('server_version_num')::int / 10000 AS major")).toEqual([
    { major: 13 },
  ]);
  const all = await answers();
  await archive(workload);
  return all;
}

async function upgradedVersion(): Promise<unknown> {
  return await sql(port, "SELECT current_setting('server_version_num')::int / 10000 AS major");
}

async function filesOf(id: string): Promise<string[]> {
  return (await readdir(bench.engine.folderOf(id), { recursive: true })).toSorted();
}

test.skipIf(!hasBoth)(
  "pg_upgrade keeps everything, by copy and by link, and the bundle says what it was made from",
  async () => {
    const expected = await before();
    const untouched = await filesOf(bundle);
    for (const upgradeMode of ["copy", "link"] as const) {
      const workload: Workload = bench.workload(restoring(upgradeMode, { upgradeMode }), both());
      await prepare(workload);
      expect(await upgradedVersion()).toEqual([{ major: 15 }]);
      expect(await answers()).toEqual(expected);
      await archive(workload);
      const { id, message } = bench.engine.uploads.at(-1) ?? { id: "", message: "" };
      expect(message).toMatch(
        new RegExp(
          `^kept \\(upgraded from Postgres 13\\.\\d+, bundle ${bundle} of ${repo}, by pg_upgrade\\)$`,
        ),
      );
      expect(await Bun.file(join(bench.engine.folderOf(id), MANIFEST)).json()).toMatchObject({
        clean: true,
        madeFrom: { method: "pg_upgrade", repo, bundle },
      });
      expect(
        await program(BIN_15, "pg_checksums", "--check", "-D", join(bench.folder, "data", upgradeMode)),
      ).toContain("Bad checksums:  0");
    }
    expect(await filesOf(bundle)).toEqual(untouched);
    const told = JSON.stringify(bench.logged.filter(({ level }) => level === "warn"));
    for (const left of ["vacuum_cleanup_index_scale_factor", '"left":"max_connections"', '"slots":"standby"'])
      expect(told).toContain(left);
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "what pg_upgrade cannot take over is dumped and restored",
  async () => {
    const expected = await before();
    const made = bench.workload(
      restoring("oids", { upgrade: "never", destination: { repo: "oids", message: "m", commandFlags } }),
      both(),
    );
    await prepare(made);
    // pg_upgrade refuses columns of the reg* types, whose values would point nowhere.
    await sql(port, "CREATE TABLE functions AS SELECT 'now'::regproc AS f");
    await archive(made);
    const id = bench.engine.uploads.at(-1)?.id ?? "";
    const workload = bench.workload(restoring("dumped", {}, id), both());
    await prepare(workload);
    expect(await upgradedVersion()).toEqual([{ major: 15 }]);
    expect(await answers()).toEqual(expected);
    expect(await sql(port, "SELECT f::text AS f FROM functions")).toEqual([{ f: "now" }]);
    await archive(workload);
    expect(bench.engine.uploads.at(-1)?.message).toEndWith("by dump and restore)");
    expect(bench.logged.some(({ message }) => message.startsWith("pg_upgrade cannot do it"))).toBe(true);
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "without the old server's programs the missing package is named",
  async () => {
    const error = await failure(prepare(bench.workload(restoring("alone"))), "configuration");
    expect(error.message).toContain(`bundle ${bundle} of "old" from Postgres 13 to 15`);
    expect(error.remedy).toContain("postgresql-13");
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "a bundle newer than every server is refused",
  async () => {
    const newer = bench.workload(
      bench.settings({ name: "fifteen", port, destination: { repo: "15", message: "m", commandFlags } }),
    );
    await prepare(newer);
    await archive(newer);
    const id = bench.engine.uploads.at(-1)?.id ?? "";
    const workload = bench.workload(restoring("back", {}, id), withMajors(bench, BIN_13));
    const error = await failure(prepare(workload), "configuration");
    expect(error.message).toContain("made by Postgres 15, and the newest server here is 13");
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "an extension the new server lacks is named, with the databases that use it",
  async () => {
    const name = "only-13";
    await withExtensionOf13(async () => {
      const made = bench.workload(
        restoring(name, { upgrade: "never", destination: { repo: name, message: "m", commandFlags } }),
        both(),
      );
      await prepare(made);
      await sql(port, "CREATE EXTENSION sidecar_test");
      await archive(made);
    });
    const id = bench.engine.uploads.at(-1)?.id ?? "";
    const error = await failure(
      prepare(bench.workload(restoring("lacking", {}, id), both())),
      "configuration",
    );
    expect(error.message).toContain('lacks the extension "sidecar_test" (used in postgres)');
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "a broken cluster is not upgraded, and its bundle stays as it is",
  async () => {
    const id = "broken";
    await cp(bench.engine.folderOf(bundle), bench.engine.folderOf(id), { recursive: true });
    await rm(join(bench.engine.folderOf(id), "global/pg_filenode.map"));
    await truncate(join(bench.engine.folderOf(id), "global/1262"), 0);
    const untouched = await filesOf(id);
    const error = await failure(prepare(bench.workload(restoring("broken", {}, id), both())), "system");
    expect(error.message).toContain("pg_filenode.map");
    expect(await filesOf(id)).toEqual(untouched);
  },
  LIMIT,
);

test.skipIf(!hasBoth)(
  "a database can be upgraded for good without an application, once",
  async () => {
    const dependencies = { ...bench.dependencies(), ...both() };
    const migrate = (settings: DatabaseSettings): Promise<boolean> =>
      migrateDatabase(settings, dependencies, quiet, nothing, unstopped);
    expect(await migrate(restoring("for-good", { upgrade: "only", upgradeMode: "link" }))).toBe(true);
    const made = bench.engine.uploads.at(-1);
    expect(made?.message).toContain("by pg_upgrade");
    expect(await migrate(restoring("once", { upgrade: "only" }, made?.id))).toBe(false);
    expect(bench.engine.uploads.at(-1)).toEqual(made as NonNullable<typeof made>);
  },
  LIMIT,
);

/** An extension without a library, present beside Postgres 13 alone for as long as `use` runs. */
async function withExtensionOf13(use: () => Promise<void>): Promise<void> {
  const share = join(BIN_13, "../../../../share/postgresql/13/extension");
  const control = join(share, "sidecar_test.control");
  const script = join(share, "sidecar_test--1.0.sql");
  await Bun.write(control, "default_version = '1.0'\n");
  await Bun.write(script, "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n");
  try {
    await use();
  } finally {
    await rm(control);
    await rm(script);
  }
}
