import { expect, test } from "bun:test";
import { leafKey, rootKey } from "../../scripts/chaos/blake2b.ts";
import { hashVectors } from "../support/golden.ts";

/** The largest ones would take the simple hash long. */
const vectors = hashVectors().filter(({ size }) => size <= 300_000);

test("the hash of the checks agrees with the keys that datamon itself computed", () => {
  expect(vectors.length).toBeGreaterThan(4);
  for (const { size, leafSize, leaves, root } of vectors) {
    const input = Uint8Array.from({ length: size }, (_, i) => (i * 131 + Math.floor(i / 251)) & 0xff);
    const keys = Array.from({ length: Math.ceil(size / leafSize) }, (_, i) =>
      leafKey(input.subarray(i * leafSize, (i + 1) * leafSize), leafSize, i),
    );
    expect(keys).toEqual([...leaves]);
    expect(rootKey(Buffer.from(keys.join(""), "hex"), leafSize)).toBe(root);
  }
});
