import { afterEach, beforeEach, expect, test } from "bun:test";
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataFolder } from "../../../src/adapters/postgres/data-folder.ts";
import type { Claim } from "../../../src/core/postgres/claim.ts";
import { requirePart } from "../../support/parts.ts";

const claim: Claim = { participant: "postgres-db", run: "r", phase: "preparing" };
const isRoot = requirePart("root");
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "data-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folderAt = (name: string) => dataFolder(join(root, name), isRoot ? "54321:54322" : undefined);

test("a folder that is not there, and an empty one, are vacant", async () => {
  expect(await folderAt("new").occupancy()).toEqual({ type: "vacant" });
  await mkdir(join(root, "empty"));
  expect(await folderAt("empty").occupancy()).toEqual({ type: "vacant" });
});

test("a folder is ours once it is claimed, and belongs to the server's user alone", async () => {
  const folder = folderAt("db");
  await folder.claim(claim);
  expect(await folder.occupancy()).toEqual({ type: "ours", claim });
  const { mode, uid } = await stat(folder.path);
  expect(mode & 0o777).toBe(0o700);
  if (isRoot) expect(uid).toBe(54321);
});

test("files without a claim, and a damaged claim, are somebody's", async () => {
  await mkdir(join(root, "used/.datamon"), { recursive: true });
  await writeFile(join(root, "used/.datamon/sidecar.json"), "{");
  expect(await folderAt("used").occupancy()).toEqual({ type: "foreign", entries: [".datamon"] });
});

test("clearing removes everything but the claim", async () => {
  const folder = folderAt("db");
  await folder.claim(claim);
  await writeFile(join(folder.path, "PG_VERSION"), "15\n");
  await folder.workshop("incoming");
  await folder.clear();
  const entries = await readdir(folder.path, { recursive: true });
  expect(entries.toSorted()).toEqual([".datamon", ".datamon/sidecar.json"]);
  expect(await folder.occupancy()).toEqual({ type: "ours", claim });
});

test("what was made in a workshop moves into place, without what datamon left beside it", async () => {
  const folder = folderAt("db");
  await folder.claim(claim);
  const workshop = await folder.workshop("incoming");
  await mkdir(join(workshop, "base"));
  await mkdir(join(workshop, ".datamon"));
  await writeFile(join(workshop, ".datamon/notes.yaml"), "");
  await writeFile(join(workshop, "PG_VERSION"), "15\n");
  await folder.adopt(workshop);
  expect((await readdir(folder.path)).toSorted()).toEqual([".datamon", "PG_VERSION", "base"]);
  expect(await readdir(join(folder.path, ".datamon"))).toEqual(["sidecar.json"]);
});

test("a workshop that was left half-done is empty when it is asked for again", async () => {
  const folder = folderAt("db");
  await folder.claim(claim);
  await writeFile(join(await folder.workshop("upgraded"), "half"), "");
  expect(await readdir(await folder.workshop("upgraded"))).toEqual([]);
});

test.skipIf(!isRoot)("without a setting the owner of an existing folder stays its owner", async () => {
  await mkdir(join(root, "theirs"));
  await chown(join(root, "theirs"), 54000, 54000);
  const folder = dataFolder(join(root, "theirs"), undefined);
  await folder.claim(claim);
  expect((await stat(folder.path)).uid).toBe(54000);
});
