import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { chooseSeparators, decodeDictionary, encodeDictionary } from "../../src/core/dictionary.ts";
import type { DictionaryEntry } from "../../src/core/dictionary.ts";
import { KnownError } from "../../src/core/errors.ts";

const RUNS = 100_000;

test.each([
  [";:a;b:c", { a: true, b: "c" }],
  ["01c1/tmp/coord", { c: "/tmp/coord" }],
  ["12S1c2/tmp/coord", { S: true, c: "/tmp/coord" }],
  [";:", {}],
  [";:a:b:c", { a: "b:c" }],
  [";:a:", { a: "" }],
  [";:a;;b;", { a: true, b: true }],
  ["💾🔑a🔑1💾b", { a: "1", b: true }],
  ["; a b;c", { a: "b", c: true }],
  [";:a:x\ny", { a: "x\ny" }],
])("the dictionary %j holds %j", (text, expected) => {
  expect(Object.fromEntries(decodeDictionary(text))).toEqual(
    expected as unknown as Record<string, string | true>,
  );
});

test.each([
  ["", "separator"],
  [";", "separator"],
  [".:a", '"."'],
  [";.a", '"."'],
  ["::a", "both between"],
  [";::a", "without an option"],
  [";:a;a", "twice"],
])("the dictionary %j is refused: %s", (text, reason) => {
  expect(() => decodeDictionary(text)).toThrow(reason);
  expect(() => decodeDictionary(text)).toThrow(KnownError);
});

test.each([
  [[], "0", "1"],
  [["/tmp/coord"], "0", "1"],
  [["r0"], "1", "2"],
  [["1"], "0", "2"],
  [["0123456789"], ":", ";"],
  [["0", "2"], "1", "3"],
])("the separators for %j are %s and %s", (texts, entry, keyValue) => {
  expect(chooseSeparators(texts)).toEqual({ entry, keyValue });
});

test("what was written is read back, whatever the values hold", () => {
  const key = fc.constantFrom("S", "c", "sp", "sr", "dif", "V");
  const value = fc.oneof(fc.constant(true as const), fc.string({ unit: "binary", maxLength: 12 }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (dictionary) => {
      const entries: DictionaryEntry[] = Object.entries(dictionary);
      const texts = entries.flatMap(([name, text]) => (text === true ? [name] : [name, text]));
      const written = encodeDictionary(entries, chooseSeparators(texts));
      expect([...decodeDictionary(written)]).toEqual(entries as [string, string | true][]);
    }),
    { numRuns: RUNS },
  );
});

test("no text does more than being refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
      try {
        decodeDictionary(text);
      } catch (error) {
        if (!(error instanceof KnownError)) throw error;
      }
    }),
    { numRuns: RUNS },
  );
});
