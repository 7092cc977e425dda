import { expect, test } from "bun:test";
import { judgeAlive, judgeReady, together } from "../../src/core/probes.ts";
import { PHASES, type Phase } from "../../src/core/status.ts";
import { status as statusOf } from "./observations.ts";

const READY: Readonly<Record<string, readonly Phase[]>> = {
  files: ["ready", "uploading", "done"],
  "postgres-db": ["ready", "uploading", "done"],
  app: ["running", "stopping", "uploading", "done"],
};

for (const [participant, ready] of Object.entries(READY)) {
  test.each(PHASES.map((phase) => [phase]))(`${participant} that is %s is ready or not`, (phase) => {
    const sign = { participant, status: statusOf(participant, phase), quiet: 0 };
    expect(judgeReady(sign).ok).toBe(ready.includes(phase));
  });
}

test("who has not begun is neither ready nor alive", () => {
  const sign = { participant: "files", status: undefined, quiet: 0 };
  expect(judgeReady(sign)).toEqual({ ok: false, words: "files has not begun" });
  expect(judgeAlive(sign, 1000)).toEqual({ ok: false, words: "files has not begun" });
});

test("who has been quiet for longer than the timeout is not alive, to the millisecond", () => {
  const status = statusOf("files", "ready");
  expect(judgeAlive({ participant: "files", status, quiet: 30_000 }, 30_000).ok).toBe(true);
  expect(judgeAlive({ participant: "files", status, quiet: 30_001 }, 30_000)).toEqual({
    ok: false,
    words: "files is ready, last sign of life 30 s ago",
  });
});

test("who is done owes no sign of life, who failed does not live", () => {
  const failure = { phase: "preparing" as const, cause: "cannot mount: no", exitCode: 71 };
  const quiet = 1_000_000;
  expect(judgeAlive({ participant: "files", status: statusOf("files", "done"), quiet }, 1).ok).toBe(true);
  expect(
    judgeAlive({ participant: "files", status: statusOf("files", "failed", { failure }), quiet: 0 }, 1),
  ).toEqual({ ok: false, words: "files is failed: cannot mount: no" });
});

test("of several verdicts the bad ones are told, or all when all are good", () => {
  const good = { ok: true, words: "a" };
  expect(together([good, { ok: false, words: "b" }])).toEqual({ ok: false, words: "b" });
  expect(together([good, { ok: true, words: "c" }])).toEqual({ ok: true, words: "a; c" });
});
