import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath } from "../../../src/adapters/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "find-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [first, second] = [join(folder, "first"), join(folder, "second")];
for (const place of [first, second]) {
  mkdirSync(join(place, "a-folder"), { recursive: true });
  writeFileSync(join(place, "tool"), "");
}
chmodSync(join(second, "tool"), 0o755);
const env = { PATH: `${first}:${second}` };

test("a file that may not be executed is passed over", () => {
  expect(findOnPath("tool", env)).toBe(join(second, "tool"));
});

test("a folder is no program", () => {
  expect(findOnPath("a-folder", env)).toBeUndefined();
});

test("a path is looked at as it is", () => {
  expect(findOnPath(join(second, "tool"), { PATH: "" })).toBe(join(second, "tool"));
  expect(findOnPath(join(first, "tool"), env)).toBeUndefined();
});

test("without PATH nothing is found", () => {
  expect(findOnPath("sh", {})).toBeUndefined();
});
