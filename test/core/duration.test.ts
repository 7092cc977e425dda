import { expect, test } from "bun:test";
import { formatDuration } from "../../src/core/duration.ts";

const CASES: readonly [number, string][] = [
  [0, "0 ms"],
  [0.4, "0 ms"],
  [250, "250 ms"],
  [999.4, "999 ms"],
  [999.6, "1 s"],
  [30_000, "30 s"],
  [59_499, "59 s"],
  [59_999, "1 min"],
  [65_000, "1 min 5 s"],
  [3_599_000, "59 min 59 s"],
  [3_599_600, "1 h"],
  [5_400_000, "1 h 30 min"],
  [7_200_000, "2 h"],
  [259_200_000, "72 h"],
];

for (const [milliseconds, text] of CASES) {
  test(`${milliseconds} milliseconds are "${text}"`, () => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
}
