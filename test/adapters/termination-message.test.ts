import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTerminationMessage } from "../../src/adapters/termination-message.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "termination-"));
  path = join(folder, "log");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the message replaces what an earlier container left", () => {
  writeFileSync(path, "a much longer message of an earlier container");
  writeTerminationMessage(path, "why");
  expect(readFileSync(path, "utf8")).toBe("why");
});

test("the kubelet reads 4096 bytes, and no character is cut in two", () => {
  writeFileSync(path, "");
  writeTerminationMessage(path, `x${"é".repeat(5000)}`);
  const bytes = readFileSync(path);
  expect(bytes.length).toBe(4095);
  expect(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toBe(`x${"é".repeat(2047)}`);
});

test("a file that nobody put there is not made", () => {
  writeTerminationMessage(path, "why");
  expect(existsSync(path)).toBe(false);
});

test("what cannot be written is passed over, and nothing waits on it", () => {
  mkdirSync(path);
  writeTerminationMessage(path, "why");
  const fifo = join(folder, "fifo");
  Bun.spawnSync(["mkfifo", fifo]);
  writeTerminationMessage(fifo, "why");
  expect(existsSync(fifo)).toBe(true);
});
