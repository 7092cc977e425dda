import { expect, test } from "bun:test";
import { reportRows, table } from "../../src/core/status-report.ts";
import { status } from "./observations.ts";

const AT = (second: number): string => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();
const NOW = Date.parse(AT(60));

const ROWS = reportRows(
  [
    status("files", "ready", {
      since: AT(0),
      at: AT(58),
      doing: "waiting for the application to end",
      attempt: 2,
    }),
    status("app", "failed", {
      since: AT(30),
      at: AT(30),
      applicationExitCode: 3,
      failure: { phase: "running", cause: "application exited with non-zero-status 3", exitCode: 3 },
    }),
  ],
  { files: ["ready"], "postgres-db": ["ready", "upload"] },
  NOW,
);

test("everybody with a status comes first, in order, then old participants by their markers", () => {
  expect(ROWS.map(({ participant, phase }) => `${participant}: ${phase}`)).toEqual([
    "app: failed",
    "files: ready (attempt 2)",
    "postgres-db: (old)",
  ]);
});

test("ages are told from the writers' own clocks, the last sign only of those that live", () => {
  expect(ROWS.map(({ since, lastSign }) => [since, lastSign])).toEqual([
    ["30 s", ""],
    ["1 min", "2 s"],
    ["", ""],
  ]);
});

test("a failure is told with phase, cause and exit code", () => {
  expect(ROWS[0]?.says).toBe(
    "failed while running: application exited with non-zero-status 3 (exit code 3); application exit code 3",
  );
});

test("a clock that is ahead gives no negative age, and nonsense none at all", () => {
  const [row] = reportRows([status("app", "running", { since: AT(600), at: "yesterday" })], {}, NOW);
  expect([row?.since, row?.lastSign]).toEqual(["0 ms", ""]);
});

test("the table is aligned under its headings", () => {
  const lines = table(ROWS).split("\n");
  const column = lines[0]!.indexOf("SAYS");
  expect(lines).toHaveLength(4);
  expect(lines[1]?.slice(column)).toStartWith("failed while");
  expect(lines[2]?.slice(column)).toBe("waiting for the application to end");
});

test("what a hostile participant wrote cannot break the table or the terminal", () => {
  const hostile = status("a\nb", "running", { doing: "\u001b[2J\u202egone\nroot $" });
  const text = table(reportRows([hostile], { "x\u001b[1m": ["ready"] }, NOW));
  expect(text.split("\n")).toHaveLength(3);
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("\u202e");
});
