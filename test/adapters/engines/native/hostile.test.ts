import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fileListEntries } from "../../../../src/adapters/engines/native/documents.ts";
import { newBundleId } from "../../../../src/adapters/engines/native/engine.ts";
import { KnownError } from "../../../../src/core/errors.ts";
import { type Entry, fileListText } from "../../../../src/core/storage/file-list.ts";
import { failure } from "../../../support/failure.ts";
import {
  content,
  emptyStore,
  type EmptyStore,
  forgeBundle,
  forgeContent,
  NEVER,
  nobody,
} from "../../../support/native.ts";

let store: EmptyStore;
let destination: string;
let good: Entry;

beforeEach(async () => {
  store = await emptyStore();
  destination = join(store.folder, "destination");
  good = await forgeContent(store, "good", content(1000));
});
afterEach(() => store.remove());

const download = (id: string) =>
  store.engine.download({ repo: "r", ref: { type: "id", id }, destination }, nobody, NEVER);

function forge(entries: readonly Entry[], change: { leafSize?: number; version?: number } = {}): string {
  const id = newBundleId();
  forgeBundle(store, id, [fileListText(entries)], change);
  return id;
}

test.each([
  ["leads out of the destination", "../../escaped"],
  ["is absolute", "/tmp/escaped"],
  ["holds a NUL byte", "nul\0byte"],
  ["has an empty segment", "a//b"],
  ["ends in a slash", "a/"],
  ["is a dot", "a/./b"],
  ["is empty", ""],
  ["lies in .datamon", ".datamon/evil.yaml"],
  ["has a segment no file system takes", "x".repeat(256)],
  ["is longer than any path", "y/".repeat(5000) + "z"],
  ["has 10 MB", "z".repeat(10_000_000)],
])("a bundle with a name that %s is refused before anything is written", async (_, name) => {
  const error = await failure(download(forge([good, { ...good, name }])), "transfer");
  expect(error.message.length).toBeLessThan(600);
  expect(existsSync(destination)).toBe(false);
  expect(existsSync(join(store.folder, "escaped"))).toBe(false);
});

test.each([
  ["a name twice", ["a", "b", "a"]],
  ["a file that is also a folder", ["a", "a/b"]],
  ["a folder that is also a file", ["a/b/c", "a/b"]],
])("a bundle with %s is refused, within one list and across lists", async (_, names) => {
  const entries = names.map((name) => ({ ...good, name }));
  await failure(download(forge(entries)), "transfer");
  const id = newBundleId();
  forgeBundle(
    store,
    id,
    entries.map((entry) => fileListText([entry])),
  );
  await failure(download(id), "transfer");
  expect(existsSync(destination)).toBe(false);
});

test.each([
  ["smaller", -1],
  ["larger", 1],
  ["larger by leaves", 200_000],
])("a file whose size in the list is %s than its content does not arrive", async (_, more) => {
  const id = forge([{ ...good, size: good.size + more }]);
  expect((await failure(download(id), "transfer")).message).toContain("good");
  expect(existsSync(join(destination, "good"))).toBe(false);
});

test.each([
  ["a giant size", { size: 999_999_999_999_999 }],
  ["a hash that is a path", { hash: "../../../etc/passwd" }],
  ["a hash in capitals", { hash: "A".repeat(128) }],
])("an entry with %s is refused", async (_, change) => {
  await failure(download(forge([{ ...good, ...change }])), "transfer");
});

test("a leaf size that would take gigabytes of memory is refused", async () => {
  await failure(download(forge([good], { leafSize: 4_294_967_295 })), "transfer");
});

test("a list of leaves that does not belong to its root key is refused", async () => {
  const other = await forgeContent(store, "other", content(1000, 2));
  writeFileSync(join(store.blobs, good.hash), readFileSync(join(store.blobs, other.hash)));
  expect((await failure(download(forge([good])), "transfer")).message).toContain(
    "its list of leaves is corrupted",
  );
});

test.each([
  [
    "a name in base 64",
    `BundleEntries:\n- hash: ${"a".repeat(128)}\n  name: !!binary Li4vLi4=\n  mode: 0\n  size: 1\n`,
  ],
  [
    "an alias bomb",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nBundleEntries: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
  ],
  ["no YAML", "\t: : -"],
  ["bytes that are no text", "\u0000"],
  ["another document", "just text"],
])("a file list that is %s is refused", async (_, list) => {
  const id = newBundleId();
  forgeBundle(store, id, [list]);
  await failure(download(id), "transfer");
});

test("a file list that is missing is refused", async () => {
  const id = forge([good]);
  rmSync(join(store.folder, `store/meta/bundles/r/${id}/bundle-files-0.yaml`));
  expect((await failure(download(id), "transfer")).message).toContain("bundle-files-0.yaml is missing");
});

test("any bytes are a file list or a failure that we can explain", () => {
  const line = fc.constantFrom(
    "BundleEntries:",
    "- hash: abc",
    "  name: x",
    "  size: 1",
    "- ",
    "? ",
    "&a *a",
    "!!binary",
    "{",
    "[",
    "'",
    '"',
    "|",
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.oneof(line, fc.string()), { maxLength: 10 })
      .map((lines) => new TextEncoder().encode(lines.join("\n"))),
  );
  fc.assert(
    fc.property(bytes, (list) => {
      try {
        expect(fileListEntries(list, "key")).toBeArray();
      } catch (error) {
        if (!(error instanceof KnownError)) throw error;
        expect(error.kind).toBe("transfer");
      }
    }),
    { numRuns: 5000 },
  );
});

test.each([
  [
    "a link to a folder where the bundle has a folder",
    (outside: string) => symlinkSync(outside, join(destination, "dir")),
  ],
  ["a file where the bundle has a folder", () => writeFileSync(join(destination, "dir"), "")],
  [
    "a link to a file where the bundle has a file",
    (outside: string) => symlinkSync(join(outside, "victim"), join(destination, "good")),
  ],
  ["a folder where the bundle has a file", () => mkdirSync(join(destination, "good"))],
  [".datamon as a link", (outside: string) => symlinkSync(outside, join(destination, ".datamon"))],
])("%s in the destination is refused, and nothing is written through it", async (_, plant) => {
  const outside = join(store.folder, "outside");
  mkdirSync(outside);
  mkdirSync(destination);
  writeFileSync(join(outside, "victim"), "untouched");
  plant(outside);
  await failure(download(forge([good, { ...good, name: "dir/inner" }])));
  expect(readdirSync(outside)).toEqual(["victim"]);
  expect(readFileSync(join(outside, "victim"), "utf8")).toBe("untouched");
});

test("a folder that becomes a link while the download runs is not written through", async () => {
  const outside = join(store.folder, "outside");
  mkdirSync(outside);
  const names = Array.from({ length: 400 }, (_, i) => `${i < 200 ? "first" : "second/deep"}/${i}`);
  const id = forge(names.map((name) => ({ ...good, name })));
  let planted = false;
  // The folders of the second half do not exist yet when the first batch is reported.
  const report = ({ files }: { files: number }) => {
    if (planted || files === 0) return;
    planted = true;
    rmSync(join(destination, "second"), { recursive: true, force: true });
    symlinkSync(outside, join(destination, "second"));
  };
  const request = { repo: "r", ref: { type: "id", id }, destination } as const;
  const error = await failure(store.engine.download(request, report, NEVER), "system");
  expect(error.message).toContain("second");
  expect(planted).toBe(true);
  expect(readdirSync(outside)).toEqual([]);
});

test("an unfinished file that was made a link to another one is not written through", async () => {
  const outside = join(store.folder, "outside");
  writeFileSync(outside, "untouched");
  const large = await forgeContent(store, "large", content(10 * 65_536, 3));
  const id = forge([good, large]);
  for (const plant of [symlinkSync, linkSync]) {
    mkdirSync(join(destination, ".datamon"), { recursive: true });
    for (const i of [0, 1]) plant(outside, join(destination, `.datamon/${id}-part-0-${i}`));
    await download(id);
    expect(readFileSync(outside, "utf8")).toBe("untouched");
    expect(readFileSync(join(destination, "large")).equals(content(10 * 65_536, 3))).toBe(true);
    rmSync(destination, { recursive: true });
  }
});

test("a destination that is moved away meanwhile takes its files along", async () => {
  const id = forge(Array.from({ length: 400 }, (_, i) => ({ ...good, name: `${i}` })));
  const moved = join(store.folder, "moved");
  const report = ({ files }: { files: number }) => {
    if (files > 0 && !existsSync(moved)) renameSync(destination, moved);
  };
  await store.engine.download({ repo: "r", ref: { type: "id", id }, destination }, report, NEVER);
  expect(readdirSync(moved)).toHaveLength(401);
  expect(existsSync(destination)).toBe(false);
});

test("a bundle of before exact leaves is read one blob after the other", async () => {
  const whole = content(150_000, 4);
  const entry = await forgeContent(store, "old", whole);
  const id = forge([entry], { version: 0 });
  await download(id);
  expect(readFileSync(join(destination, "old")).equals(whole)).toBe(true);
  await download(id);
  writeFileSync(join(destination, "old"), content(150_000, 5));
  await failure(download(id), "configuration");
});

test.each(["../r", "a/b", "", ".", ".hidden", "new\nline"])(
  "the repository %p cannot be asked for",
  async (repo) => {
    await failure(
      store.engine.download({ repo, ref: { type: "latest" }, destination }, nobody, NEVER),
      "configuration",
    );
  },
);

test.each(["../../x", "a/b", ""])("the id %p cannot be asked for", async (id) => {
  await failure(download(id), "configuration");
});
