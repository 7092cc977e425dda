import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idFiles } from "../../src/adapters/id-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ids-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("an id is written as one line, in folders made for it", () => {
  const path = join(folder, "a/b/id");
  idFiles.expectAbsent(path);
  idFiles.write(path, "3MNWx7BCg6QXlDDpAuYtLTfJRQu");
  expect(readFileSync(path, "utf8")).toBe("3MNWx7BCg6QXlDDpAuYtLTfJRQu\n");
});

test("a file that is there already is refused, by its name", () => {
  const path = join(folder, "id");
  writeFileSync(path, "old");
  expect(() => idFiles.expectAbsent(path)).toThrow(
    `cannot write a bundle id to ${path}: the file exists already`,
  );
});

test("a folder that cannot be made is told with the id that would be lost", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => idFiles.write(join(folder, "file/id"), "ID")).toThrow(
    /cannot write the bundle id ID to .*file\/id/,
  );
});
