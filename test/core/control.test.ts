import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { completeLines, parseControlMessage } from "../../src/core/control.ts";

test.each([
  ["started 42", { type: "started", pid: 42 }],
  ["exited 0", { type: "ended", outcome: { type: "code", code: 0 } }],
  ["killed 9", { type: "ended", outcome: { type: "signal", signal: 9 } }],
  ['failed 127 "a b" was not found', { type: "failed", exitCode: 127, reason: '"a b" was not found' }],
] as const)("the line %p is understood", (line, message) => {
  expect(parseControlMessage(line)).toEqual(message);
});

test.each(["", "started", "started x", "ended 1", " started 1", "killed -9"])(
  "the line %p is none",
  (line) => {
    expect(parseControlMessage(line)).toBeUndefined();
  },
);

test("lines come out whole however the bytes were cut", () => {
  const line = fc.string().map((text) => text.replaceAll("\n", ""));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const places = cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b);
      const seen: string[] = [];
      let pending = "";
      for (const [index, place] of [...places, text.length].entries()) {
        const { lines: complete, rest } = completeLines(pending + text.slice(places[index - 1] ?? 0, place));
        seen.push(...complete);
        pending = rest;
      }
      expect(seen).toEqual(lines);
      expect(pending).toBe("");
    }),
  );
});
