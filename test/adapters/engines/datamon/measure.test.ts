import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  measureFileLists,
  measureFolder,
  measureListed,
} from "../../../../src/adapters/engines/datamon/measure.ts";
import { writeFiles } from "../../../support/datamon-store.ts";

const entry = (size: number): string => `- hash: ab\n  name: n\n  mode: 0\n  size: ${size}\n`;
const folder = await mkdtemp(join(tmpdir(), "measure-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const files = join(folder, "files");
await writeFiles(files, { a: "1", "b/c": "22", ".datamon/x": "333" });
await symlink("b", join(files, "link"));

test("files and bytes below a folder are counted, the ones to leave out aside", async () => {
  const link = "b".length;
  expect(await measureFolder(files, new Set([".datamon"]))).toEqual({ files: 3, bytes: 3 + link });
});

test("a folder that is not there holds nothing", async () => {
  expect(await measureFolder(join(folder, "none"))).toEqual({ files: 0, bytes: 0 });
});

test("of a list the files named are counted", async () => {
  const list = join(folder, "list");
  await writeFile(list, "b/c\n.datamon/x\n");
  expect(await measureListed(files, list)).toEqual({ files: 2, bytes: 5 });
});

test("a bundle's lists tell what it holds", async () => {
  const id = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
  await writeFile(join(folder, `${id}-bundle-files-0.yaml`), `BundleEntries:\n${entry(5)}${entry(7)}`);
  await writeFile(join(folder, `${id}-bundle-files-1.yaml`), `BundleEntries:\n${entry(1)}`);
  expect(await measureFileLists(folder, id)).toEqual({ files: 3, bytes: 13 });
});
