import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSettings } from "../../../src/config/settings.ts";
import type { Postgres } from "../../../src/ports/postgres.ts";
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
  prepare,
  quiet,
  sql,
  withMajors,
} from "../../support/postgres.ts";

/** An upgrade takes several starts of several servers, on a machine that may be busy with other things. */
const LIMIT = 180_000;
const canRun = has15 && requirePart("Postgres 13 (scripts/fetch-postgres-13)") && requirePart("root");
let bench: Bench;
let port: number;
/** The folder of a bundle that Postgres 13 made. */
let bundle: string;

beforeAll(async () => {
  bench = await makeBench();
  if (!canRun) return;
  port = await freePort();
  const destination = { repo: "old", message: "m", commandFlags: [] };
  const workload = bench.workload(bench.settings({ port, destination }), withMajors(bench, BIN_13));
  await prepare(workload);
  await archive(workload);
  bundle = bench.engine.folderOf(bench.engine.uploads.at(-1)?.id ?? "");
}, LIMIT);
afterAll(() => bench.remove(), LIMIT);

function restoring(name: string, over: Partial<DatabaseSettings>): DatabaseSettings {
  const source = { repo: "old", ref: { type: "latest" } as const, commandFlags: [] };
  return bench.settings({ name, port, source, ...over });
}

const filesOfBundle = async (): Promise<string[]> => (await readdir(bundle, { recursive: true })).toSorted();

test.skipIf(!canRun)(
  "an upgrade without room is not begun",
  async () => {
    await withVolume("150m", async (dataDir) => {
      const untouched = await filesOfBundle();
      const error = await failure(
        prepare(bench.workload(restoring("tight", { dataDir }), withMajors(bench, BIN_13, BIN_15))),
        "system",
      );
      expect(error.message).toMatch(/it needs \d+ MB on the volume of .* and \d+ MB are free/);
      expect(error.remedy).toContain("upgradeMode");
      expect(await filesOfBundle()).toEqual(untouched);
    });
  },
  LIMIT,
);

test.skipIf(!canRun)(
  "an upgrade whose volume is filled by somebody else says so, leaves the bundle, and can be done again",
  async () => {
    await withVolume("400m", async (dataDir) => {
      const untouched = await filesOfBundle();
      const filler = join(dataDir, "filler");
      const { postgres } = withMajors(bench, BIN_13, BIN_15);
      if (postgres === undefined) throw new Error("no Postgres");
      const pgUpgrade: Postgres["pgUpgrade"] = async (request, signal) => {
        if (!request.checkOnly) Bun.spawnSync(["dd", "if=/dev/zero", `of=${filler}`, "bs=64k"]);
        await postgres.pgUpgrade(request, signal);
      };
      const settings = restoring("filled", { dataDir });
      const filled = bench.workload(settings, { postgres: { ...postgres, pgUpgrade } });
      const error = await failure(prepare(filled), "system");
      expect(error.message).toContain("with pg_upgrade: pg_upgrade failed");
      expect(error.message).toMatch(/the volume of .* is full: \d MB are free$/);
      expect(await filesOfBundle()).toEqual(untouched);
      await rm(filler);
      const again = bench.workload(settings, { postgres });
      await prepare(again);
      expect(await sql(port, "SHOW server_version")).toEqual([
        { server_version: expect.stringMatching(/^15/) },
      ]);
      await again.abandon(quiet);
    });
  },
  LIMIT,
);

/** A volume of its own, of so many bytes. */
async function withVolume(size: string, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(bench.folder, `volume-${size}`);
  await mkdir(folder);
  expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).exitCode).toBe(0);
  try {
    await use(folder);
  } finally {
    Bun.spawnSync(["umount", "-l", folder]);
  }
}
