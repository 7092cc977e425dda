import { expect, test } from "bun:test";
import { describeError, exitCodeOfError } from "../../src/cli/exit.ts";
import { type ErrorKind, KnownError } from "../../src/core/errors.ts";

const CODES: Readonly<Record<ErrorKind, number>> = {
  usage: 64,
  peer: 69,
  bug: 70,
  system: 71,
  transfer: 74,
  configuration: 78,
  stopped: 143,
};

for (const [kind, code] of Object.entries(CODES)) {
  test(`an error of kind ${kind} exits ${code}`, () => {
    expect(exitCodeOfError(new KnownError(kind as ErrorKind, "cannot X: why"))).toBe(code);
  });
}

test("an error may carry the exit code of an old dialect", () => {
  expect(exitCodeOfError(Object.assign(new KnownError("usage", "cannot X: why"), { exitCode: 1 }))).toBe(1);
});

test("a person reads the message and what to do next, without a trace", () => {
  const error = new KnownError("usage", "cannot X: why", { remedy: "do Y", cause: new Error("inner") });
  expect(describeError("datamon-sidecar", error)).toBe("datamon-sidecar: cannot X: why; do Y\n");
});

test("a bug of ours comes with its trace", () => {
  const text = describeError("datamon-sidecar", new TypeError("x is not a function"));
  expect(text).toContain("datamon-sidecar: unexpected: x is not a function\n");
  expect(text).toContain("exit.test.ts");
});
