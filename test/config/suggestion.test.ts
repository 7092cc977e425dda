import { expect, test } from "bun:test";
import { didYouMean, suggestion } from "../../src/config/suggestion.ts";

test.each([
  ["cordPoint", "coordPoint"],
  ["COORDPOINT", "coordPoint"],
  ["pth", "path"],
  ["entirelyElse", undefined],
])("%s was probably meant to be %s", (unknown, meant) => {
  expect(suggestion(unknown, ["coordPoint", "path", "label"])).toBe(meant);
});

test("without anything near the other way out is named", () => {
  expect(didYouMean("zzzzzz", ["path"], "see the docs")).toBe("see the docs");
});
