/**
 * The keys of datamon's blobs, computed a second time in the simplest way: RFC 7693 on big integers, with the tree
 * parameters of the BLAKE2 paper (section 2.10). Slow, and owes nothing to the code it checks.
 */
const MASK = (1n << 64n) - 1n;
const IV = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

interface Node {
  readonly leafSize: number;
  readonly depth: number;
  readonly offset: number;
  readonly last: boolean;
}

/** The root key of a file's content, and the keys of its leaves. */
export function treeKeys(content: Uint8Array, leafSize: number): { root: string; leaves: string[] } {
  const leaves: string[] = [];
  const full = Math.floor(content.length / leafSize);
  for (let i = 1; i <= full; i++) {
    const leaf = content.subarray((i - 1) * leafSize, i * leafSize);
    leaves.push(hash(leaf, { leafSize, depth: 0, offset: i, last: false }));
  }
  if (content.length % leafSize > 0) {
    leaves.push(hash(content.subarray(full * leafSize), { leafSize, depth: 0, offset: full, last: true }));
  }
  const keys = Uint8Array.from(leaves.flatMap((key) => [...Buffer.from(key, "hex")]));
  return { root: hash(keys, { leafSize, depth: 1, offset: 0, last: true }), leaves };
}

function hash(input: Uint8Array, node: Node): string {
  const parameters = new DataView(new ArrayBuffer(64));
  parameters.setUint8(0, 64); // digest length
  parameters.setUint8(2, 0); // fanout: unlimited
  parameters.setUint8(3, 2); // depth
  parameters.setUint32(4, node.leafSize, true);
  parameters.setBigUint64(8, BigInt(node.offset), true);
  parameters.setUint8(16, node.depth);
  parameters.setUint8(17, 64); // inner length
  const state = IV.map((word, i) => word ^ parameters.getBigUint64(i * 8, true));
  const blocks = Math.max(1, Math.ceil(input.length / 128));
  for (let i = 0; i < blocks; i++) {
    const block = new Uint8Array(128);
    block.set(input.subarray(i * 128, (i + 1) * 128));
    const isLast = i === blocks - 1;
    compress(
      state,
      new DataView(block.buffer),
      BigInt(isLast ? input.length : (i + 1) * 128),
      isLast,
      node.last,
    );
  }
  const digest = new DataView(new ArrayBuffer(64));
  for (const [i, word] of state.entries()) digest.setBigUint64(i * 8, word, true);
  return Buffer.from(digest.buffer).toString("hex");
}

function compress(state: bigint[], block: DataView, count: bigint, isLast: boolean, lastNode: boolean): void {
  const v = [...state, ...IV];
  const at = (i: number): bigint => v[i] ?? 0n;
  v[12] = at(12) ^ count;
  if (isLast) v[14] = at(14) ^ MASK;
  if (isLast && lastNode) v[15] = at(15) ^ MASK;
  const mix = (a: number, b: number, c: number, d: number, x: number, y: number): void => {
    v[a] = (at(a) + at(b) + block.getBigUint64(x * 8, true)) & MASK;
    v[d] = rotate(at(d) ^ at(a), 32n);
    v[c] = (at(c) + at(d)) & MASK;
    v[b] = rotate(at(b) ^ at(c), 24n);
    v[a] = (at(a) + at(b) + block.getBigUint64(y * 8, true)) & MASK;
    v[d] = rotate(at(d) ^ at(a), 16n);
    v[c] = (at(c) + at(d)) & MASK;
    v[b] = rotate(at(b) ^ at(c), 63n);
  };
  for (let round = 0; round < 12; round++) {
    const order = SIGMA[round % 10] ?? [];
    const s = (i: number): number => order[i] ?? 0;
    mix(0, 4, 8, 12, s(0), s(1));
    mix(1, 5, 9, 13, s(2), s(3));
    mix(2, 6, 10, 14, s(4), s(5));
    mix(3, 7, 11, 15, s(6), s(7));
    mix(0, 5, 10, 15, s(8), s(9));
    mix(1, 6, 11, 12, s(10), s(11));
    mix(2, 7, 8, 13, s(12), s(13));
    mix(3, 4, 9, 14, s(14), s(15));
  }
  for (let i = 0; i < 8; i++) state[i] = (state[i] ?? 0n) ^ at(i) ^ at(i + 8);
}

function rotate(word: bigint, by: bigint): bigint {
  return ((word >> by) | (word << (64n - by))) & MASK;
}
