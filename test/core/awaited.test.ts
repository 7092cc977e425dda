import { expect, test } from "bun:test";
import { type Awaited, type Goal, judgeAwaited } from "../../src/core/awaited.ts";
import { UNSEEN } from "../../src/core/liveness.ts";
import { status as statusOf } from "./observations.ts";

const SILENCE = 30_000;
const failure = { phase: "preparing" as const, cause: "no such label", exitCode: 74 };

function judge(look: Partial<Parameters<typeof judgeAwaited>[0]>, goal: Goal): Awaited {
  const nothing = { participant: "files", status: undefined, markers: [], liveness: UNSEEN };
  return judgeAwaited({ ...nothing, ...look }, goal, SILENCE);
}

test.each([
  ["ready", "ready", "reached"],
  ["uploading", "ready", "reached"],
  ["done", "ready", "reached"],
  ["preparing", "ready", "pending"],
  ["ready", "done", "pending"],
  ["uploading", "done", "pending"],
  ["done", "done", "reached"],
] as const)("files being %s, the wait for %s is %s", (phase, goal, type) => {
  expect(judge({ status: statusOf("files", phase) }, goal).type).toBe(type);
});

test("an old participant without a status is known by its markers", () => {
  expect(judge({ markers: ["ready"] }, "ready").type).toBe("reached");
  expect(judge({ markers: ["ready"] }, "done").type).toBe("pending");
  expect(judge({ markers: ["ready", "upload", "uploaded"] }, "done").type).toBe("reached");
});

test("a failure ends the wait, with its cause", () => {
  expect(judge({ status: statusOf("files", "failed", { failure }) }, "done")).toEqual({
    type: "failed",
    words: "files failed while preparing: no such label",
  });
});

test("silence ends the wait only of who has beaten before", () => {
  const quiet = { beat: "1:1", quiet: SILENCE + 1 };
  const status = statusOf("files", "uploading");
  expect(judge({ status, liveness: quiet }, "done").type).toBe("failed");
  expect(judge({ status, liveness: { beat: "1:1", quiet: SILENCE } }, "done").type).toBe("pending");
  expect(judge({ liveness: { beat: undefined, quiet: SILENCE + 1 } }, "done").type).toBe("pending");
});

test("a wait says what is being done meanwhile", () => {
  const status = statusOf("files", "preparing", { doing: "preparing input" });
  expect(judge({ status }, "ready")).toEqual({
    type: "pending",
    words: "files is preparing: preparing input",
  });
});
