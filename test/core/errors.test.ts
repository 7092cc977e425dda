import { expect, test } from "bun:test";
import { KnownError, oneLine } from "../../src/core/errors.ts";

test.each([
  ["a\nb", "a b"],
  ["a \n\t\n  b\n", "a b"],
  ["no line end, two  blanks ", "no line end, two  blanks "],
])("%j in one line is %j", (message, line) => {
  expect(oneLine(new Error(message))).toBe(line);
});

test("the remedy follows in the same line", () => {
  expect(oneLine(new KnownError("system", "cannot\nwrite", { remedy: "free\nspace" }))).toBe(
    "cannot write; free space",
  );
});
