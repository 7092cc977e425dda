/**
 * The keys of datamon's blobs, computed a second time: RFC 7693 with the tree parameters of the BLAKE2 paper (section
 * 2.10). It owes nothing to the code it checks. A word of 64 bits is two elements of 32, the low half first.
 */
const IV = Uint32Array.from([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a, 0xade682d1,
  0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
]);
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

const ORDER = Uint8Array.from(
  Array.from({ length: 12 }, (_, round) => (SIGMA[round % 10] ?? []).map((word) => word * 2)).flat(),
);

interface Node {
  readonly leafSize: number;
  readonly depth: number;
  readonly offset: number;
  readonly last: boolean;
}

/** The key of a file's leaf number `index`, counted from 0. Only the last one is shorter than `leafSize`. */
export function leafKey(leaf: Uint8Array, leafSize: number, index: number): string {
  const isFull = leaf.length === leafSize;
  // datamon counts full leaves from 1, and a short one from 0.
  return hash(leaf, { leafSize, depth: 0, offset: isFull ? index + 1 : index, last: !isFull });
}

/** The key of a file, whose leaves have these keys, one after the other. */
export function rootKey(leafKeys: Uint8Array, leafSize: number): string {
  return hash(leafKeys, { leafSize, depth: 1, offset: 0, last: true });
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
  const state = IV.map((half, i) => half ^ parameters.getUint32(i * 4, true));
  const blocks = Math.max(1, Math.ceil(input.length / 128));
  const block = new Uint8Array(128);
  // The processors we run on are little-endian, as BLAKE2 is.
  const words = new Uint32Array(block.buffer);
  for (let i = 0; i < blocks; i++) {
    const isLast = i === blocks - 1;
    block.fill(0).set(input.subarray(i * 128, (i + 1) * 128));
    compress(state, words, isLast ? input.length : (i + 1) * 128, isLast, node.last);
  }
  return Buffer.from(state.buffer).toString("hex");
}

/** The working vector of the one compression under way. */
const v = new Uint32Array(32);

/** @param count bytes so far, fewer than 2^32 */
function compress(
  state: Uint32Array,
  words: Uint32Array,
  count: number,
  isLast: boolean,
  lastNode: boolean,
): void {
  v.set(state);
  v.set(IV, 16);
  v[24] = at(v, 24) ^ count;
  if (isLast) v.set([~at(v, 28), ~at(v, 29)], 28);
  if (isLast && lastNode) v.set([~at(v, 30), ~at(v, 31)], 30);
  for (let i = 0; i < ORDER.length; i += 16) {
    mix(0, 8, 16, 24, words, i);
    mix(2, 10, 18, 26, words, i + 2);
    mix(4, 12, 20, 28, words, i + 4);
    mix(6, 14, 22, 30, words, i + 6);
    mix(0, 10, 20, 30, words, i + 8);
    mix(2, 12, 22, 24, words, i + 10);
    mix(4, 14, 16, 26, words, i + 12);
    mix(6, 8, 18, 28, words, i + 14);
  }
  for (let i = 0; i < 16; i++) state[i] = at(state, i) ^ at(v, i) ^ at(v, i + 16);
}

/** The function G of RFC 7693 on four words of `v`, with the two words of the message that `ORDER` has next. */
function mix(a: number, b: number, c: number, d: number, words: Uint32Array, order: number): void {
  add(a, v, b);
  add(a, words, ORDER[order] ?? 0);
  turn(d, a, 32);
  add(c, v, d);
  turn(b, c, 24);
  add(a, v, b);
  add(a, words, ORDER[order + 1] ?? 0);
  turn(d, a, 16);
  add(c, v, d);
  turn(b, c, 63);
}

/** Adds a word to one of `v`. */
function add(to: number, words: Uint32Array, from: number): void {
  const low = at(v, to) + at(words, from);
  v[to] = low;
  v[to + 1] = at(v, to + 1) + at(words, from + 1) + (low > 0xffff_ffff ? 1 : 0);
}

/** Mixes a word of `v` into another by exclusive or, and turns that to the right. */
function turn(to: number, from: number, by: 16 | 24 | 32 | 63): void {
  const low = at(v, to) ^ at(v, from);
  const high = at(v, to + 1) ^ at(v, from + 1);
  if (by === 32) {
    v[to] = high;
    v[to + 1] = low;
  } else if (by === 63) {
    v[to] = (low << 1) | (high >>> 31);
    v[to + 1] = (high << 1) | (low >>> 31);
  } else {
    v[to] = (low >>> by) | (high << (32 - by));
    v[to + 1] = (high >>> by) | (low << (32 - by));
  }
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}
