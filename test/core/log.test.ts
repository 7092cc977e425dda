import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { KnownError } from "../../src/core/errors.ts";
import { jsonLine, type LogRecord, prettyLine } from "../../src/core/log.ts";

const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const time = new Date(2026, 10, 20, 9, 5, 7, 42);

function record(message: string, fields: LogRecord["fields"] = {}): LogRecord {
  return { time, level: "warn", participant: "files", message, fields };
}

const chained = new KnownError("transfer", 'cannot fetch "golden": no answer', {
  remedy: "look at the network",
  details: { attempts: 3 },
  cause: new KnownError("system", "connection refused"),
});

test("a JSON record holds time, level, participant, message and fields", () => {
  expect(JSON.parse(jsonLine(record("ready", { mounts: 2, ids: ["a"] })))).toEqual({
    time: time.toISOString(),
    level: "warn",
    participant: "files",
    message: "ready",
    fields: { mounts: 2, ids: ["a"] },
  });
});

test("without fields and participant a JSON record has none", () => {
  expect(Object.keys(JSON.parse(jsonLine({ ...record("x"), participant: "" })) as object)).toEqual([
    "time",
    "level",
    "message",
  ]);
});

test("an error in a JSON record tells its kind, its remedy, its details and its causes", () => {
  const { fields } = JSON.parse(jsonLine(record("failed", { error: chained }))) as LogRecord;
  expect(fields["error"]).toEqual({
    message: 'cannot fetch "golden": no answer',
    kind: "transfer",
    remedy: "look at the network",
    attempts: 3,
    causes: ["connection refused"],
  });
});

test("only a bug shows its stack", () => {
  const bug = new KnownError("bug", "a promise was broken");
  expect(jsonLine(record("x", { error: bug }))).toContain('"stack":["at ');
  expect(jsonLine(record("x", { error: chained }))).not.toContain("stack");
  expect(prettyLine(record("x", { error: bug }), false)).toContain("\n      at ");
});

test("a pretty record reads from left to right", () => {
  const line = prettyLine(
    record("mount ready", { path: "/in", label: "two words", count: 3, none: undefined }),
    false,
  );
  expect(line).toBe('09:05:07.042 WARN  files: mount ready path=/in label="two words" count=3');
});

test("a pretty error has a line for each cause", () => {
  expect(
    prettyLine(record("failed", { error: chained }), false)
      .split("\n")
      .slice(1),
  ).toEqual([
    '    error: cannot fetch "golden": no answer',
    "    remedy: look at the network",
    "    caused by: connection refused",
  ]);
});

test("colour is used when asked for, and then alone", () => {
  expect(prettyLine(record("x"), true)).toContain("\u001b[33m");
  expect(prettyLine(record("x"), false)).not.toContain("\u001b");
});

test("a cause that names itself does not loop", () => {
  const error = new Error("round");
  error.cause = error;
  expect(prettyLine(record("x", { error }), false)).toContain("caused by: round");
});

test.each([
  [
    "a circular value",
    (): unknown => {
      const a: unknown[] = [];
      a.push(a);
      return a;
    },
  ],
  ["a big integer", (): unknown => 10n],
  ["a symbol", (): unknown => Symbol("s")],
  [
    "a value whose JSON fails",
    (): unknown => ({
      toJSON: () => {
        throw new Error("no");
      },
    }),
  ],
])("%s is logged, not thrown about", (_, value) => {
  expect(() => JSON.parse(jsonLine(record("x", { value: value() })))).not.toThrow();
  expect(prettyLine(record("x", { value: value() }), false)).toStartWith("09:05");
});

test("no text can break a line, start an escape sequence or turn the reading direction", () => {
  const dangerous = fc.string({
    unit: fc.constantFrom(...'\n\r\t\u0000\u001b\u007f\u009b\u2028\u2029\u202e\u2066 a="\\'.split("")),
  });
  fc.assert(
    fc.property(dangerous, dangerous, dangerous, (message, name, value) => {
      const fields = {
        [name]: value,
        nested: { value },
        error: new KnownError("system", value, { remedy: name }),
      };
      const json = jsonLine({ ...record(message, fields), participant: value });
      expect(json).not.toMatch(FORBIDDEN);
      expect((JSON.parse(json) as LogRecord).message).toBe(message);
      const pretty = prettyLine({ ...record(message, fields), participant: value }, false);
      expect(pretty.split("\n")).toHaveLength(3);
      expect(pretty.replaceAll("\n", "")).not.toMatch(FORBIDDEN);
    }),
    { numRuns: 20_000 },
  );
});
