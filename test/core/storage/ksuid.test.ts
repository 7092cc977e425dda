import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeKsuid, encodeKsuid, isKsuid } from "../../../src/core/storage/ksuid.ts";

const seconds = fc.integer({ min: 1_400_000_000, max: 1_400_000_000 + 2 ** 32 - 1 });
const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

test("an id decodes to what it was made of", () => {
  fc.assert(
    fc.property(seconds, random, (unixSeconds, bytes) => {
      expect(decodeKsuid(encodeKsuid(unixSeconds, bytes))).toEqual({ unixSeconds, random: bytes });
    }),
  );
});

test("ids sort by time as text", () => {
  fc.assert(
    fc.property(seconds, seconds, random, random, (a, b, x, y) => {
      fc.pre(a < b);
      expect(encodeKsuid(a, x) < encodeKsuid(b, y)).toBe(true);
    }),
  );
});

test("an id made by datamon's own code decodes to the time in its descriptor", () => {
  const decoded = decodeKsuid("3MNZYstkC9y4uNLOGNt9iRYDOF6");
  expect(new Date((decoded?.unixSeconds ?? 0) * 1000).toISOString()).toBe("2026-11-20T16:43:56.000Z");
});

test.each([
  ["empty text", ""],
  ["26 digits", "3MNZYstkC9y4uNLOGNt9iRYDOF"],
  ["28 digits", "3MNZYstkC9y4uNLOGNt9iRYDOF66"],
  ["a sign that is no digit", "3MNZYstkC9y4uNLOGNt9iRYDO/6"],
  ["a number beyond 20 bytes", "zzzzzzzzzzzzzzzzzzzzzzzzzzz"],
])("%s is no id", (_, text) => {
  expect(isKsuid(text)).toBe(false);
});

test("the largest id is one", () => {
  expect(isKsuid("aWgEPTl1tmebfsQzFP4bxwgy80V")).toBe(true);
  expect(isKsuid("aWgEPTl1tmebfsQzFP4bxwgy80W")).toBe(false);
});

test("a second before 2014 has no id", () => {
  expect(() => encodeKsuid(1_399_999_999, new Uint8Array(16))).toThrow(RangeError);
  expect(() => encodeKsuid(1_500_000_000, new Uint8Array(15))).toThrow(RangeError);
});
