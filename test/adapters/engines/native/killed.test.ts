import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newBundleId } from "../../../../src/adapters/engines/native/engine.ts";
import { failure } from "../../../support/failure.ts";
import { content, emptyStore, type EmptyStore, NEVER, nobody } from "../../../support/native.ts";

const MB = 1024 * 1024;
const LEAF = 2 * MB;
const TRANSFER = join(import.meta.dir, "../../../fixtures/native/transfer.ts");
const LARGE = content(40 * MB + 5, 99);
const SMALL = Array.from({ length: 300 }, (_, i) => `file ${i}`);
const TOTAL = LARGE.length + SMALL.join("").length;

let store: EmptyStore;
let source: string;
let destination: string;

beforeEach(async () => {
  store = await emptyStore({ concurrency: 2 });
  source = join(store.folder, "source");
  destination = join(store.folder, "destination");
  mkdirSync(join(source, "many"), { recursive: true });
  for (const [i, text] of SMALL.entries()) writeFileSync(join(source, "many", `${i}`), text);
  writeFileSync(join(source, "z-large.bin"), LARGE);
});
afterEach(() => store.remove());

const upload = (id: string) =>
  store.engine.upload({ repo: store.repo, path: source, message: "m", label: "l", id }, nobody, NEVER);
const download = (id: string) =>
  store.engine.download({ repo: store.repo, ref: { type: "id", id }, destination }, nobody, NEVER);

/** Kills a transfer with SIGKILL at the moment it has done so many bytes. */
async function killAt(verb: "upload" | "download", folder: string, id: string, bytes: number): Promise<void> {
  const argv = [process.execPath, TRANSFER, verb, store.url, folder, id, String(bytes)];
  const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;
  expect(new TextDecoder().decode(value)).toEndWith(` of ${TOTAL}\n`);
}

/** Removes the blobs of all leaves that are in the unfinished large file already; how many they are. */
function removeFetchedLeaves(id: string, part: string): number {
  const list = readFileSync(join(store.folder, `store/meta/bundles/r/${id}/bundle-files-0.yaml`), "utf8");
  const root = /hash: ([0-9a-f]{128})\n {2}name: z-large/.exec(list)?.[1] ?? "";
  const keys = readFileSync(join(store.blobs, root));
  const there = readFileSync(part);
  let removed = 0;
  for (let i = 0; i * LEAF < LARGE.length; i++) {
    const [from, to] = [i * LEAF, Math.min((i + 1) * LEAF, LARGE.length)];
    if (there.length < to || Buffer.compare(there.subarray(from, to), LARGE.subarray(from, to)) !== 0)
      continue;
    rmSync(join(store.blobs, keys.subarray(i * 64, (i + 1) * 64).toString("hex")));
    removed += 1;
  }
  return removed;
}

test("a download killed in the middle of a large file goes on with the leaves it has", async () => {
  const { id } = await upload(newBundleId());
  await killAt("download", destination, id, 10 * MB);
  const records = join(destination, ".datamon");
  expect(existsSync(join(records, `${id}.yaml`))).toBe(false);
  expect(existsSync(join(destination, "z-large.bin"))).toBe(false);
  // One of the small files may be on its way too.
  expect(removeFetchedLeaves(id, join(records, `${id}-part-0-300`))).toBeGreaterThanOrEqual(4);
  await download(id);
  expect(Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]).exitCode).toBe(0);
  expect(readdirSync(records).toSorted()).toEqual([`${id}-bundle-files-0.yaml`, `${id}.yaml`]);
});

test("a download killed between small files keeps those it has", async () => {
  const { id } = await upload(newBundleId());
  await killAt("download", destination, id, 1);
  const there = readdirSync(join(destination, "many"));
  expect(there.length).toBeGreaterThan(0);
  // Without their blobs, those files can only be kept.
  const list = readFileSync(join(store.folder, `store/meta/bundles/r/${id}/bundle-files-0.yaml`), "utf8");
  for (const name of there) {
    const root = new RegExp(`hash: ([0-9a-f]{128})\\n {2}name: many/${name}\\n`).exec(list)?.[1] ?? "";
    rmSync(join(store.blobs, root));
  }
  await download(id);
  expect(Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]).exitCode).toBe(0);
});

test("rubbish in the unfinished file of a killed download is noticed", async () => {
  const { id } = await upload(newBundleId());
  await killAt("download", destination, id, 10 * MB);
  writeFileSync(join(destination, `.datamon/${id}-part-0-300`), content(50 * MB, 5));
  await download(id);
  expect(readFileSync(join(destination, "z-large.bin")).equals(LARGE)).toBe(true);
});

test("an upload killed on the way is invisible, and done again becomes one bundle", async () => {
  const id = newBundleId();
  await killAt("upload", source, id, 10 * MB);
  expect(existsSync(join(store.folder, `store/meta/bundles/r/${id}/bundle.yaml`))).toBe(false);
  expect(existsSync(join(store.folder, "store/vmeta/labels"))).toBe(false);
  await failure(download(id), "configuration");
  await failure(
    store.engine.download({ repo: "r", ref: { type: "latest" }, destination }, nobody, NEVER),
    "configuration",
  );

  expect(await upload(id)).toMatchObject({ id, files: 301, adopted: false });
  expect(readdirSync(join(store.folder, "store/meta/bundles/r"))).toEqual([id]);
  await download(id);
  expect(Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]).exitCode).toBe(0);
});

test("what a killed upload left half written goes with a later upload", async () => {
  const id = newBundleId();
  await killAt("upload", source, id, 10 * MB);
  const left = ["blob", "meta"].map((bucket) => join(store.folder, "store", bucket, ".unfinished"));
  for (const folder of left) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "half"), "written");
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
  }
  await upload(id);
  expect(left.map((folder) => existsSync(folder))).toEqual([false, false]);
});

test("an upload killed just before its end, and done again after the folder changed, is the folder as it is then", async () => {
  const id = newBundleId();
  await killAt("upload", source, id, TOTAL);
  writeFileSync(join(source, "many/0"), "another text");
  await upload(id);
  await download(id);
  expect(Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]).exitCode).toBe(0);
});

test("a bundle that is there under the id asked for is taken over, and only labelled", async () => {
  const id = newBundleId();
  await upload(id);
  rmSync(join(store.folder, "store/vmeta"), { recursive: true });
  rmSync(join(source, "many"), { recursive: true });
  expect(await upload(id)).toMatchObject({ id, files: 301, adopted: true });
  const ref = { type: "label", label: "l" } as const;
  expect(await store.engine.download({ repo: "r", ref, destination }, nobody, NEVER)).toMatchObject({
    id,
    files: 301,
  });
});
