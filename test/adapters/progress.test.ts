import { afterAll, beforeEach, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProgress } from "../../src/adapters/progress.ts";
import type { Log, Progress } from "../../src/ports.ts";

const folder = mkdtempSync(join(tmpdir(), "progress-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let now = 0;
let lines: string[] = [];
const clock = { now: () => now };
const keep = (message: string): unknown => lines.push(message);
const log: Log = { debug: keep, info: keep, warn: keep, error: keep };

beforeEach(() => {
  now = 0;
  lines = [];
});

const at = (bytes: number): Progress => ({ files: bytes / 10, totalFiles: 10, bytes, totalBytes: 100 });

test("without a terminal a line is written every ten seconds, and one at the end", () => {
  const report = createProgress(log, { label: "download", terminal: false, clock });
  for (now = 0; now <= 25_000; now += 500) report(at(50));
  report(at(100));
  report(at(100));
  expect(lines).toEqual([
    "download: 5/10 files, 50 B of 100 B, 5 B/s, 10s left",
    "download: 5/10 files, 50 B of 100 B, 3 B/s, 20s left",
    "download: 10/10 files, 100 B of 100 B, 4 B/s",
  ]);
});

test("a short transfer is one line", () => {
  const report = createProgress(log, { label: "upload", terminal: false, clock });
  now = 1000;
  report(at(10));
  report(at(100));
  expect(lines).toEqual(["upload: 10/10 files, 100 B of 100 B, 100 B/s"]);
});

test("on a terminal a bar is drawn over itself, and cleared before the last line", () => {
  const file = join(folder, "terminal");
  const fd = openSync(file, "w");
  const report = createProgress(log, { label: "down\u001bload", terminal: true, clock, fd });
  now = 100;
  report(at(50));
  report(at(60));
  now = 200;
  report(at(100));
  closeSync(fd);
  const [nothing, drawn, cleared] = readFileSync(file, "utf8").split("\r\u001b[K");
  expect(nothing).toBe("");
  expect(drawn).toStartWith(String.raw`down\u001bload [############------------] 5/10 files`);
  expect(cleared).toBe("");
  expect(lines).toHaveLength(1);
});
