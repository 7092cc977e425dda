import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  fileSizeFault,
  leafAt,
  leafCount,
  leafSizeFault,
  parameterBlock,
  rootObjectSize,
} from "../../../src/core/storage/leaves.ts";

const K = 1024;

test.each([
  { size: 0, leaves: [] },
  { size: 1, leaves: [{ start: 0, length: 1, node: { depth: 0, offset: 0, last: true } }] },
  { size: K, leaves: [{ start: 0, length: K, node: { depth: 0, offset: 1, last: false } }] },
  {
    size: K + 1,
    leaves: [
      { start: 0, length: K, node: { depth: 0, offset: 1, last: false } },
      { start: K, length: 1, node: { depth: 0, offset: 1, last: true } },
    ],
  },
  {
    size: 2 * K,
    leaves: [
      { start: 0, length: K, node: { depth: 0, offset: 1, last: false } },
      { start: K, length: K, node: { depth: 0, offset: 2, last: false } },
    ],
  },
])("a file of $size bytes is cut into leaves of 1024 as datamon cuts it", ({ size, leaves }) => {
  const cut = Array.from({ length: leafCount(size, K) }, (_, i) => leafAt(i, size, K));
  expect(cut as unknown).toEqual(leaves);
  expect(rootObjectSize(size, K)).toBe((leaves.length + 1) * 64);
});

test("the leaves of a file lie one after the other and are all of it", () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.integer({ min: K, max: 65_536 }), (size, leafSize) => {
      let end = 0;
      for (let i = 0; i < leafCount(size, leafSize); i++) {
        const leaf = leafAt(i, size, leafSize);
        expect(leaf.start).toBe(end);
        expect(leaf.length).toBeGreaterThan(0);
        end += leaf.length;
      }
      expect(end).toBe(size);
    }),
    { numRuns: 50 },
  );
});

test.each([
  [1023, false],
  [1024, true],
  [2_097_152, true],
  [16_777_216, true],
  [16_777_217, false],
  [Number.NaN, false],
  [1.5, false],
])("a leaf size of %p is taken: %p", (size, taken) => {
  expect(leafSizeFault(size) === undefined).toBe(taken);
});

test("a file size that would need a giant list of leaves is refused", () => {
  expect(fileSizeFault(10 * 1024 ** 3, 2 * 1024 ** 2)).toBeUndefined();
  expect(fileSizeFault(999_999_999_999_999, 2 * 1024 ** 2)).toBe("takes too many leaves");
  expect(fileSizeFault(-1, K)).toBe("is not a number of bytes");
});

test("the parameter block is laid out as the BLAKE2 paper says", () => {
  const block = parameterBlock(2_097_152, { depth: 1, offset: 258, last: true });
  expect([...block.subarray(0, 18)]).toEqual([64, 0, 0, 2, 0, 0, 32, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 64]);
  expect(block.subarray(18).every((byte) => byte === 0)).toBe(true);
});
