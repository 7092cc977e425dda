import { expect, test } from "bun:test";
import { treeKeys } from "../../scripts/chaos/blake2b.ts";
import { hashVectors } from "../support/golden.ts";

/** Large ones would take the slow hash minutes. */
const vectors = hashVectors().filter(({ size }) => size <= 300_000);

test("the slow hash agrees with the keys that datamon itself computed", () => {
  expect(vectors.length).toBeGreaterThan(4);
  for (const { size, leafSize, leaves, root } of vectors) {
    const input = Uint8Array.from({ length: size }, (_, i) => (i * 131 + Math.floor(i / 251)) & 0xff);
    expect(treeKeys(input, leafSize)).toEqual({ root, leaves: [...leaves] });
  }
});
