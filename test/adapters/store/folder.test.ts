import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bucket } from "../../../src/adapters/engines/native/object-store.ts";
import { openStore } from "../../../src/adapters/store/open.ts";
import { KnownError } from "../../../src/core/errors.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

let root: string;
let bucket: Bucket;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "store-"));
  bucket = openStore(pathToFileURL(root).href).bucket("b");
});
afterEach(() => rmSync(root, { recursive: true }));

test("an object that is not there is undefined, in a bucket that is not there too", async () => {
  expect(await bucket.get("a/b", 10)).toBeUndefined();
  expect(await bucket.read("a/b", new Uint8Array(10))).toBeUndefined();
  expect(await bucket.compare("a/b", bytes("x"), "bytes")).toBe("absent");
  expect(await bucket.list("a/")).toEqual([]);
});

test("an object is there as it was put, and replaced by the next", async () => {
  await bucket.put("a/b", bytes("one"));
  await bucket.put("a/b", bytes("another"));
  expect(await bucket.get("a/b", 10)).toEqual(bytes("another"));
  expect(await bucket.list("a/")).toEqual(["b"]);
  expect(statSync(join(root, "b/a/b")).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, "b/a")).mode & 0o777).toBe(0o700);
});

test("an object is created once", async () => {
  expect(await bucket.create("k", bytes("first"))).toBe(true);
  expect(await bucket.create("k", bytes("second"))).toBe(false);
  expect(await bucket.get("k", 10)).toEqual(bytes("first"));
});

test("nothing but objects is left behind", async () => {
  await bucket.put("k", bytes("1"));
  await bucket.create("k", bytes("2"));
  await bucket.create("l", bytes("3"));
  await bucket.tidy();
  expect(readdirSync(join(root, "b")).toSorted()).toEqual(["k", "l"]);
});

test("what a killed writer left is taken away once it is a day older than what happened since, and not before", async () => {
  const unfinished = join(root, "b/.unfinished");
  await bucket.put("k", bytes("1"));
  const leave = (name: string, hoursAgo: number) => {
    writeFileSync(join(unfinished, name), "half");
    const then = Date.now() / 1000 - hoursAgo * 3600;
    utimesSync(join(unfinished, name), then, then);
  };
  leave("old", 25);
  leave("young", 23);
  await bucket.tidy();
  expect(readdirSync(unfinished)).toEqual(["young"]);
  expect(await bucket.list("")).toEqual(["k"]);
  leave("young", 25);
  await bucket.put("l", bytes("2"));
  await bucket.tidy();
  expect(readdirSync(join(root, "b")).toSorted()).toEqual(["k", "l"]);
});

test("the clock of the store counts, not ours", async () => {
  const unfinished = join(root, "b/.unfinished");
  await bucket.put("k", bytes("1"));
  writeFileSync(join(unfinished, "left"), "half");
  // A store whose clock is years behind: to it the file is new.
  for (const path of [join(unfinished, "left"), unfinished]) utimesSync(path, 1, 1);
  await bucket.tidy();
  expect(readdirSync(unfinished)).toEqual(["left"]);
});

test("writers who take the folder of unfinished objects away from each other all get done", async () => {
  const script = join(import.meta.dir, "../../fixtures/store/writer.ts");
  const writers = ["x", "y", "z"].map((prefix) =>
    Bun.spawn([process.execPath, script, pathToFileURL(root).href, prefix, "300"], { stderr: "inherit" }),
  );
  expect(await Promise.all(writers.map((writer) => writer.exited))).toEqual([0, 0, 0]);
  for (const prefix of ["x/", "y/", "z/"]) expect(await bucket.list(prefix)).toHaveLength(300);
  expect(readdirSync(join(root, "b")).toSorted()).toEqual(["x", "y", "z"]);
});

test("a larger object than there is room for tells its size", async () => {
  await bucket.put("k", bytes("0123456789"));
  const room = new Uint8Array(4);
  expect(await bucket.read("k", room)).toBe(10);
  expect(room).toEqual(bytes("0123"));
  expect(() => bucket.get("k", 9)).toThrow(KnownError);
});

test("objects are compared by their bytes or by their size alone", async () => {
  await bucket.put("k", bytes("abc"));
  expect(await bucket.compare("k", bytes("abc"), "bytes")).toBe("same");
  expect(await bucket.compare("k", bytes("abd"), "bytes")).toBe("different");
  expect(await bucket.compare("k", bytes("abd"), "size")).toBe("same");
  expect(await bucket.compare("k", bytes("ab"), "size")).toBe("different");
});

test("an object of several megabytes comes back whole", async () => {
  const large = crypto.getRandomValues(new Uint8Array(65_536));
  const object = new Uint8Array(3_000_000).map((_, i) => large[i % large.length] ?? 0);
  await bucket.put("k", object);
  expect(Buffer.compare(readFileSync(join(root, "b/k")), object)).toBe(0);
  expect(await bucket.compare("k", object, "bytes")).toBe("same");
});

test("an object that cannot be read names itself", () => {
  writeFileSync(join(root, "b"), "a file where the bucket should be");
  expect(() => bucket.get("k", 10)).toThrow(`cannot read ${join(root, "b/k")} in the store`);
  expect(() => bucket.put("k", bytes("x"))).toThrow(`cannot write ${join(root, "b/k")} in the store`);
});

test.each([
  ["s3://bucket", "no such kind of address"],
  ["/data/store", "no such kind of address"],
  ["file://host/data", "the address of a folder is file:///PATH"],
  ["file:///nowhere/at/all", "there is no such folder"],
  ["file:///dev/null", "/dev/null is not a folder"],
])("the address %s is refused: %s", (address, why) => {
  expect(() => openStore(address)).toThrow(why);
});

test("a store may be reached through a link, and its path hold spaces", async () => {
  symlinkSync(root, `${root} link`);
  try {
    await openStore(pathToFileURL(`${root} link`).href)
      .bucket("b")
      .put("k", bytes("x"));
    expect(await bucket.get("k", 1)).toEqual(bytes("x"));
  } finally {
    rmSync(`${root} link`);
  }
});
