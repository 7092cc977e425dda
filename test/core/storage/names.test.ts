import { expect, test } from "bun:test";
import { posix } from "node:path";
import fc from "fast-check";
import { isRecordOf, segmentFault } from "../../../src/core/storage/keys.ts";
import { nameFault, showName } from "../../../src/core/storage/names.ts";

test.each([
  "a",
  "a/b/c",
  "back\\slash",
  "...",
  ".hidden/x",
  "ünïcødé-文件",
  "new\nline",
  "a".repeat(255),
  "x/.datamon/y",
])("%p is a good name of a file", (name) => {
  expect(nameFault(name)).toBeUndefined();
});

test.each([
  "",
  "/etc/passwd",
  "../../etc/passwd",
  "a/../../b",
  "a/..",
  "./a",
  "a/./b",
  "a//b",
  "a/",
  "nul\0",
  ".datamon",
  ".datamon/x.yaml",
  "a".repeat(256),
  "文".repeat(86),
  "a/".repeat(3000) + "b",
  "\ud800",
])("%p is refused as a name of a file", (name) => {
  expect(nameFault(name)).toBeString();
});

test("a good name leads downwards, whatever it is", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("..", ".", "", "a", "b..", "/", "c/../d", "\0")), (parts) => {
      const name = parts.join("/");
      if (nameFault(name) !== undefined) return;
      expect(posix.join("/top", name)).toBe(`/top/${name}`);
    }),
    { numRuns: 2000 },
  );
});

test("a name in a message is quoted, and a giant one cut", () => {
  expect(showName("a\nb")).toBe('"a\\nb"');
  expect(showName("x".repeat(10_000_000)).length).toBeLessThan(250);
});

test.each(["", "a/b", ".", "..", ".hidden", "a\nb", "x".repeat(201)])(
  "%p is refused as a part of a key",
  (name) => {
    expect(segmentFault(name)).toBeString();
  },
);

test("a label of any ordinary signs is a part of a key", () => {
  expect(["latest", "v1.2", "run 7", "été", "a:b"].map(segmentFault)).toEqual(Array(5).fill(undefined));
});

test("what a download keeps beside the files is told from what it does not", () => {
  const id = "3MNZYstkC9y4uNLOGNt9iRYDOF6";
  for (const name of [".yaml", ".yaml.unfinished", "-bundle-files-12.yaml", "-part-0-999"]) {
    expect(isRecordOf(id, id + name)).toBe(true);
  }
  for (const name of [id, `${id}.txt`, `${id}-part-x`, `x${id}.yaml`, "other.yaml"]) {
    expect(isRecordOf(id, name)).toBe(false);
  }
});
