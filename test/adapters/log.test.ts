import { afterAll, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type LogOptions } from "../../src/adapters/log.ts";
import type { Log } from "../../src/ports.ts";

const folder = mkdtempSync(join(tmpdir(), "log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a log writes to a file, read before its descriptor is closed. */
function written(options: Partial<LogOptions>, use: (log: Log) => void): string {
  const file = join(folder, "log");
  const fd = openSync(file, "w");
  use(createLog({ format: "auto", level: "info", participant: "files", env: {}, ...options, fd }));
  const text = readFileSync(file, "utf8");
  closeSync(fd);
  return text;
}

test("a record is written when the call returns, as JSON where no person looks", () => {
  const text = written({}, (log) => log.info("ready", { mounts: 1 }));
  expect(JSON.parse(text)).toMatchObject({
    level: "info",
    participant: "files",
    message: "ready",
    fields: { mounts: 1 },
  });
});

test("pretty without a terminal has no colour", () => {
  expect(written({ format: "pretty" }, (log) => log.warn("careful"))).toMatch(
    /^\S+ WARN {2}files: careful\n$/,
  );
});

function all(log: Log): void {
  log.debug("debug");
  log.info("info");
  log.warn("warn");
  log.error("error");
}

function levels(text: string): string[] {
  return text.match(/(?<="level":")\w+/g) ?? [];
}

test("what is below the level is left out", () => {
  expect(levels(written({ level: "debug" }, all))).toEqual(["debug", "info", "warn", "error"]);
  expect(levels(written({ level: "info" }, all))).toEqual(["info", "warn", "error"]);
  expect(levels(written({ level: "warn" }, all))).toEqual(["warn", "error"]);
  expect(levels(written({ level: "error" }, all))).toEqual(["error"]);
});

test("the same record again and again is written each time", () => {
  const text = written({}, (log) => {
    for (let n = 0; n < 20; n++) log.info("same");
  });
  expect(text.trimEnd().split("\n")).toHaveLength(20);
});

test("a log that cannot be written does not end the program", () => {
  const fd = openSync("/dev/full", "w");
  const log = createLog({ format: "json", level: "info", participant: "files", fd });
  expect(() => log.error("nobody reads this")).not.toThrow();
  closeSync(fd);
});

const program = `
  const { createLog } = await import(${JSON.stringify(join(import.meta.dir, "../../src/adapters/log.ts"))});
  const log = createLog({ format: "auto", level: "info", participant: "files" });
  log.debug("hidden");
  log.info("shown");
`;

test("the application's CONSOLA_LEVEL, DEBUG, CI and TEST change nothing", () => {
  const env = { PATH: process.env["PATH"], CONSOLA_LEVEL: "0", DEBUG: "1", CI: "1", TEST: "1" };
  const child = Bun.spawnSync([process.execPath, "-e", program], { env });
  expect(child.stderr.toString()).toMatch(/^{"time":[^\n]*"message":"shown"}\n$/);
});

test.each([
  ["coloured", {}, true],
  ["plain with NO_COLOR", { NO_COLOR: "1" }, false],
  ["plain on a dumb terminal", { TERM: "dumb" }, false],
])("on a terminal it is pretty and %s", (_, variables, coloured) => {
  const file = join(folder, "program.ts");
  const command = `${process.execPath} ${file}`;
  Bun.spawnSync(["cp", "/dev/stdin", file], { stdin: Buffer.from(program) });
  const env = { PATH: process.env["PATH"], TERM: "xterm", ...variables };
  const output = Bun.spawnSync(["script", "-qec", command, "/dev/null"], { env }).stdout.toString();
  expect(output).toContain("files: shown");
  expect(output.includes("\u001b[32m")).toBe(coloured);
});
