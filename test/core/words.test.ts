import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { KnownError } from "../../src/core/errors.ts";
import { quoteWord, splitWords } from "../../src/core/words.ts";
import { SHELLS } from "../support/shells.ts";

const RUNS = 100_000;

test.each([
  ["", []],
  [" \t ", []],
  ["a  b\tc\nd", ["a", "b", "c", "d"]],
  ["'a b' \"c d\"", ["a b", "c d"]],
  ['--message "it\'s done"', ["--message", "it's done"]],
  ["--message='a \"b\" c'", ['--message=a "b" c']],
  ["'' \"\"", ["", ""]],
  ["a'b'\"c\"", ["abc"]],
  [String.raw`a\ b \"c \\`, ["a b", '"c', "\\"]],
  [String.raw`"a\"b\\c\d\$"`, [String.raw`a"b\c\d$`]],
  [String.raw`'a\b'`, [String.raw`a\b`]],
  ["a\\\nb", ["ab"]],
  ["$HOME * ; | # x", ["$HOME", "*", ";", "|", "#", "x"]],
  ["ü 💾", ["ü", "💾"]],
])("%j is split into %j", (text, expected) => {
  expect(splitWords(text)).toEqual(expected);
});

test.each([["'a"], ['"a'], ['"a\\"'], ["a\\"], ["a 'b\" c"]])("%j is refused as unfinished", (text) => {
  expect(() => splitWords(text)).toThrow("cannot split into words");
});

test("quoted words come back as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 8 }), { maxLength: 4 }), (words) => {
      expect(splitWords(words.map(quoteWord).join(" "))).toEqual(words);
    }),
    { numRuns: RUNS },
  );
});

test("no text does more than being refused", () => {
  const unit = fc.constantFrom("a", " ", "'", '"', "\\", "\n", "$", "💾");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 16 }), (text) => {
      try {
        splitWords(text);
      } catch (error) {
        if (!(error instanceof KnownError)) throw error;
      }
    }),
    { numRuns: RUNS },
  );
});

test.each(SHELLS)("%s splits quoted and escaped words into the same", (_, shell) => {
  const unit = fc.constantFrom("a", "b", " ", "'", '"', "\\", "\t", "=");
  const texts = fc.sample(fc.string({ unit, maxLength: 12 }), { numRuns: 400, seed: 1 });
  const finished = texts.filter((text) => {
    try {
      return splitWords(text) !== undefined;
    } catch {
      return false;
    }
  });
  expect(finished.length).toBeGreaterThan(50);
  const script = finished.map(
    (text) => `set -- ${text}\nfor w in "$@"; do printf '%s\\0' "$w"; done; printf '\\1\\0'`,
  );
  const { stdout, exitCode } = Bun.spawnSync([...shell, "-c", script.join("\n")]);
  expect(exitCode).toBe(0);
  const groups = stdout.toString().split("\u0001\0").slice(0, -1);
  expect(groups.map((group) => group.split("\0").slice(0, -1))).toEqual(finished.map(splitWords));
});
