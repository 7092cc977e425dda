import { expect, test } from "bun:test";
import { leafAt, leafCount } from "../../../../src/core/storage/leaves.ts";
import { hex, TreeHasher } from "../../../../src/adapters/engines/native/tree-hasher.ts";
import { hashVectors } from "../../../support/golden.ts";

const vectors = hashVectors();

function inputOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 131 + Math.floor(i / 251)) & 0xff);
}

test("there are 18 vectors", () => {
  expect(vectors).toHaveLength(18);
});

test.each(vectors)(
  "$size bytes in leaves of $leafSize have the keys that datamon gives them",
  async (vector) => {
    const { size, leafSize, leaves, root } = vector;
    const hasher = await TreeHasher.create();
    const input = inputOf(size);
    const keys = Array.from({ length: leafCount(size, leafSize) }, (_, i) => {
      const { start, length, node } = leafAt(i, size, leafSize);
      return hasher.leaf(input.subarray(start, start + length), leafSize, node);
    });
    expect(keys.map(hex)).toEqual([...leaves]);
    expect(hex(hasher.root(Buffer.concat(keys), leafSize))).toBe(root);
  },
);

test("one hasher gives the same keys again, whatever it hashed in between", async () => {
  const hasher = await TreeHasher.create();
  const node = { depth: 0, offset: 3, last: true } as const;
  const first = hex(hasher.leaf(inputOf(100), 65_536, node));
  hasher.root(inputOf(640), 2_097_152);
  expect(hex(hasher.leaf(inputOf(100), 65_536, node))).toBe(first);
  expect(hex(hasher.leaf(inputOf(100), 65_536, { ...node, last: false }))).not.toBe(first);
});
