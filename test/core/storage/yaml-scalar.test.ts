import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import { yamlScalar } from "../../../src/core/storage/yaml-scalar.ts";

/** What yaml.v2 v2.4.0 writes for these, most of them seen in a store made by datamon. */
test.each([
  ["plain", "plain"],
  ["with space.txt", "with space.txt"],
  ["names/# hash.txt", "names/# hash.txt"],
  ["names/colon: value.txt", "'names/colon: value.txt'"],
  ["names/trailing ", "'names/trailing '"],
  ["names/tab\tname.txt", '"names/tab\\tname.txt"'],
  ["names/ünïcødé-文件.txt", "names/ünïcødé-文件.txt"],
  ["names/quote'single.txt", "names/quote'single.txt"],
  ['a: "msg" #x', `'a: "msg" #x'`],
  ["n", '"n"'],
  ["Yes", '"Yes"'],
  ["null", '"null"'],
  ["", '""'],
  ["1e3", '"1e3"'],
  ["0123", '"0123"'],
  ["0x1F", '"0x1F"'],
  ["1_000", '"1_000"'],
  ["190:20:30", '"190:20:30"'],
  ["2026-11-20", '"2026-11-20"'],
  [".5", '".5"'],
  ["-.inf", '"-.inf"'],
  ["-x", "-x"],
  ["- dash", "'- dash'"],
  ["#x", "'#x'"],
  ["*star", "'*star'"],
  ["it's: so", "'it''s: so'"],
  ["ends:", "'ends:'"],
  ["two\nlines", '"two\\nlines"'],
  ["😀", '"\\U0001F600"'],
  ["bell\u0007", '"bell\\a"'],
])("%p is written %p", (text, written) => {
  expect(yamlScalar(text)).toBe(written);
});

test("whatever is written reads back the same in YAML 1.1 and 1.2", () => {
  const words = fc.constantFrom(
    "y",
    "No",
    "~",
    "<<",
    "0o17",
    "0b1",
    "1:2",
    "- ",
    ": ",
    " #",
    "'",
    '"',
    "\\",
    "\u2028",
    "\n",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(words, fc.string())).map((p) => p.join("")),
  );
  fc.assert(
    fc.property(text, (value) => {
      fc.pre(value.isWellFormed());
      // A number without digits to the library, whatever YAML 1.1 says; text to Go and so to us.
      fc.pre(!/^[-+]?[._]*[eE][-+]?[0-9_]+$/.test(value));
      const document = `name: ${yamlScalar(value)}\nnext: 1\n`;
      for (const version of ["1.1", "1.2"] as const) {
        expect(parse(document, { version, schema: "failsafe" })).toEqual({ name: value, next: "1" });
      }
      expect(parse(document, { version: "1.1" }).name).toBe(value);
    }),
    { numRuns: 3000 },
  );
});
