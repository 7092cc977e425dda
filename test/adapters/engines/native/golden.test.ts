import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createNativeEngine } from "../../../../src/adapters/engines/native/engine.ts";
import { fileListEntries } from "../../../../src/adapters/engines/native/documents.ts";
import { type Entry, fileListItems, fileListText } from "../../../../src/core/storage/file-list.ts";
import { type Golden, unpackGolden } from "../../../support/golden.ts";

const NEVER = new AbortController().signal;
const nobody = () => undefined;

let golden: Golden;
beforeAll(async () => {
  golden = await unpackGolden();
});
afterAll(() => golden.remove());

const listsOf = (id: string): string[] => {
  const folder = join(golden.store, "meta/bundles", golden.repo, id);
  const lists = readdirSync(folder).filter((name) => name.startsWith("bundle-files-"));
  return lists.toSorted().map((name) => readFileSync(join(folder, name), "utf8"));
};
const entriesOf = (id: string): Entry[] =>
  listsOf(id).flatMap((list) => fileListEntries(new TextEncoder().encode(list), "list"));
const byName = (entries: Entry[]) => entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));

test.each([
  ["threads", 2],
  ["one thread", 1],
])("the golden bundle downloads equal to its source, byte for byte, by %s", async (_, concurrency) => {
  const { repo, label, id, source } = golden;
  const destination = join(golden.folder, `out/${concurrency}`);
  const engine = createNativeEngine({ store: golden.url, concurrency });
  const done = await engine.download({ repo, ref: { type: "label", label }, destination }, nobody, NEVER);
  expect(done).toEqual({ id, files: 1129, bytes: 12_605_216 });
  const diff = Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]);
  expect(diff.stdout.toString()).toBe("");
  expect(diff.exitCode).toBe(0);
});

test("folders are 0700 and files 0600, and the records lie beside them as datamon leaves them", async () => {
  const { repo, id } = golden;
  const destination = join(golden.folder, "out/modes");
  const engine = createNativeEngine({ store: golden.url });
  await engine.download({ repo, ref: { type: "id", id }, destination }, nobody, NEVER);
  for (const found of readdirSync(destination, { recursive: true, withFileTypes: true })) {
    const { mode } = statSync(join(found.parentPath, found.name));
    expect(mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
  }
  const records = join(destination, ".datamon");
  expect(readdirSync(records).toSorted()).toEqual([
    `${id}-bundle-files-0.yaml`,
    `${id}-bundle-files-1.yaml`,
    `${id}.yaml`,
  ]);
  const stored = join(golden.store, "meta/bundles", repo, id, "bundle.yaml");
  expect(readFileSync(join(records, `${id}.yaml`))).toEqual(readFileSync(stored));
  expect(listsOf(id)).toEqual(
    [0, 1].map((n) => readFileSync(join(records, `${id}-bundle-files-${n}.yaml`), "utf8")),
  );
});

test("the golden source uploads to exactly the golden blobs, and the same files", async () => {
  const { repo, source, id: goldenId } = golden;
  const blobs = join(golden.store, "blob");
  const expected = new Map(readdirSync(blobs).map((name) => [name, readFileSync(join(blobs, name))]));
  rmSync(blobs, { recursive: true });
  const engine = createNativeEngine({ store: golden.url });
  const { id, files } = await engine.upload({ repo, path: source, message: "again" }, nobody, NEVER);
  expect(files).toBe(1129);
  const made = new Map(readdirSync(blobs).map((name) => [name, readFileSync(join(blobs, name))]));
  expect([...made.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [name, content] of made) expect(expected.get(name)?.equals(content)).toBe(true);
  expect(byName(entriesOf(id))).toEqual(byName(entriesOf(goldenId)));
  expect(listsOf(id)).toHaveLength(2);
});

test("datamon's own lists are written by us as they were by datamon, sign for sign", () => {
  for (const list of listsOf(golden.id)) {
    const entries = fileListEntries(new TextEncoder().encode(list), "list");
    expect(fileListText(entries)).toBe(list);
  }
});

test("datamon's lists are read the fast way unless a name needs escapes", () => {
  const [first = "", second = ""] = listsOf(golden.id);
  const kinds = [first, second].flatMap((list) =>
    [...(fileListItems(list) ?? [])].map((item) => typeof item),
  );
  expect(kinds.filter((kind) => kind === "object")).toHaveLength(1128);
  expect(kinds.filter((kind) => kind === "string")).toHaveLength(1);
});

test("the golden bundle proves right in the store", async () => {
  const engine = createNativeEngine({ store: golden.url });
  const { findings } = await engine.verify(
    { repo: golden.repo, ref: { type: "id", id: golden.id } },
    nobody,
    NEVER,
  );
  expect(findings).toEqual([]);
});
