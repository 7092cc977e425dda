import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { mountAt, parseMountTable } from "../../src/core/mount-table.ts";

const PARSER_RUNS = 100_000;

test("a line gives the mount point, the type and the source, whatever optional fields stand between", () => {
  const text = [
    "36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue",
    "97 29 0:55 / /mnt/in ro,nosuid - fuse.datamon golden-repo ro,user_id=0",
  ].join("\n");
  expect(parseMountTable(`${text}\n`)).toEqual([
    { id: 36, mountPoint: "/mnt/parent", type: "ext3", source: "/dev/root" },
    { id: 97, mountPoint: "/mnt/in", type: "fuse.datamon", source: "golden-repo" },
  ]);
});

test("escaped characters come back, an escaped backslash only once", () => {
  const [entry] = parseMountTable(String.raw`1 2 0:1 / /a\040b\011c\134040 rw - fuse.datamon re\040po rw`);
  expect(entry).toEqual({ id: 1, mountPoint: "/a b\tc\\040", type: "fuse.datamon", source: "re po" });
});

test("a folder named - is not taken for the separator", () => {
  const [entry] = parseMountTable("1 2 0:1 - - rw - tmpfs - rw");
  expect(entry).toEqual({ id: 1, mountPoint: "-", type: "tmpfs", source: "-" });
});

test("of stacked mounts the last one is seen", () => {
  const table = parseMountTable("1 2 0:1 / /m rw - ext4 a rw\n2 1 0:2 / /m rw - fuse.datamon b rw");
  expect(mountAt(table, "/m")?.source).toBe("b");
  expect(mountAt(table, "/m/")).toBeUndefined();
});

/** As the kernel writes a field. */
const escape = (path: string): string =>
  path.replaceAll(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);

test("any mount point survives the kernel's escaping", () => {
  const path = fc.string({ minLength: 1, unit: fc.constantFrom(...Array.from(" \t\n\\#-/a0é4𝕏")) });
  fc.assert(
    fc.property(path, path, (mountPoint, source) => {
      const line = `1 2 0:1 / ${escape(mountPoint)} rw shared:1 - fuse.datamon ${escape(source)} rw`;
      const entry = { id: 1, mountPoint, type: "fuse.datamon", source };
      expect(parseMountTable(line)).toEqual([entry]);
    }),
    { numRuns: PARSER_RUNS },
  );
});

test("text that is no table gives no entry and no exception", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from(" -\n\\07a")) }), (text) => {
      const separators = text.split("\n").filter((line) => line.includes(" - "));
      expect(parseMountTable(text).length).toBeLessThanOrEqual(separators.length);
    }),
    { numRuns: PARSER_RUNS },
  );
});
