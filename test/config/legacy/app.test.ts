import { expect, test } from "bun:test";
import { LegacyUsageError } from "../../../src/config/problems.ts";
import { parseLegacyAppArguments } from "../../../src/config/legacy/app.ts";
import { problemsOf, refusalOf } from "../refusal.ts";

const parse = (argv: readonly string[], env = {}) => parseLegacyAppArguments({ argv, env });
const FILES = { kind: "files" } as const;
const database = (name: string) => ({ kind: "postgres", database: name }) as const;

test.each([
  [["-c", "/c", "-b", "fuse", "--", "app", "p"], [FILES], ["app", "p"]],
  [["-c/c", "-bfuse", "app", "-s"], [FILES], ["app", "-s"]],
  [["-c", "/c", "-b", "postgres", "-d", "db1 db2", "app"], [database("db1"), database("db2")], ["app"]],
  [
    ["-c", "/c", "-b", "fuse", "-b", "postgres", "-d", "  a   b ", "app"],
    [FILES, database("a"), database("b")],
    ["app"],
  ],
  [["-b", "postgres", "-b", "fuse", "-da", "-c", "/c", "app"], [FILES, database("a")], ["app"]],
  [["-c", "/c", "-b", "fuse", "--", "--", "x"], [FILES], ["--", "x"]],
  [["-c", "/c", "-b", "fuse", "-", "x"], [FILES], ["-", "x"]],
])("%j waits for %j and runs %j", (argv, peers, command) => {
  const { settings } = parse(argv);
  expect(settings.coordPoint).toBe("/c");
  expect(settings.peers).toEqual(peers);
  expect(settings.command).toEqual(command as [string, ...string[]]);
  expect(settings.sleepAfter).toBe(0);
});

test("-s sleeps 600 seconds, joined to another option or not", () => {
  expect(parse(["-sc", "/c", "-b", "fuse", "x"]).settings.sleepAfter).toBe(600_000);
  expect(parse(["-c", "/c", "-b", "fuse", "-s", "x"]).settings.sleepAfter).toBe(600_000);
});

test("our variables apply under the old name, weaker than the options", () => {
  const env = { SIDECAR_UPLOAD: "always", SIDECAR_LOG_FORMAT: "json", SIDECAR_COORD_POINT: "/other" };
  const { settings } = parse(["-c", "/c", "-b", "fuse", "x"], env);
  expect(settings).toMatchObject({ upload: "always", logFormat: "json", coordPoint: "/c" });
  expect(parse(["-b", "fuse", "x"], env).settings.coordPoint).toBe("/other");
});

test("the application's own variables do not stop it", () => {
  const { warnings } = parse(["-c", "/c", "-b", "fuse", "x"], { SIDECAR_OF_THE_APPLICATION: "1" });
  expect(warnings).toEqual([expect.stringContaining("SIDECAR_OF_THE_APPLICATION")]);
});

const NO_POINT = "coordination point not set; give -c DIR";
const NO_KIND = "kind of sidecar not set; give -b fuse or -b postgres";

test.each([
  [["-b", "fuse", "x"], [NO_POINT]],
  [["-c", "", "-b", "fuse", "x"], [NO_POINT]],
  [["-c", "/c", "x"], [NO_KIND]],
  [["-c", "/c", "-b", "nfs", "x"], ['kind of sidecar "nfs" (-b) is unknown; give -b fuse or -b postgres']],
  [["-c", "/c", "-b", "postgres", "x"], ['databases not set; give -d "DB DB …" with -b postgres']],
  [["-c", "/c", "-b", "postgres", "-d", " ", "x"], ['databases not set; give -d "DB DB …" with -b postgres']],
  [["-c", "/c", "-b", "fuse"], ["command not set"]],
  [["-q", "-c", "/c", "-b", "fuse", "x"], ["-q is not an option"]],
  [
    ["-b", "fuse", "-c"],
    ["-c has no argument", NO_POINT, "command not set"],
  ],
  [[], [NO_POINT, NO_KIND, "command not set"]],
  [["-c", "/c", "-b", "postgres", "-d", "../x", "y"], ['waitFor "postgres:../x" (-d)']],
])("%j is refused", (argv, expected) => {
  const lines = problemsOf(() => parse(argv));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test("a refusal exits with 1, as the script did", () => {
  const error = refusalOf(() => parse([]));
  expect(error).toBeInstanceOf(LegacyUsageError);
  expect((error as LegacyUsageError).exitCode).toBe(1);
});
