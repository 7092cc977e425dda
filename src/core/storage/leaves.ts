/**
 * How a file is cut into leaves and how each is hashed: BLAKE2b-512 in tree mode as datamon uses it (pkg/cafs).
 * Sizes and positions are bytes.
 */

/** Length of a key, and of every hash here. */
export const KEY_BYTES = 64;

export const DEFAULT_LEAF_SIZE = 2 * 1024 * 1024;

/** Beyond these a bundle is refused: a descriptor must not decide how much memory we take. */
const LARGEST_LEAF = 16 * 1024 * 1024;
const LARGEST_ROOT_OBJECT = 256 * 1024 * 1024;

export interface Leaf {
  readonly start: number;
  readonly length: number;
  readonly node: TreeNode;
}

/** The parameters in which nodes of one hash tree differ. */
export interface TreeNode {
  readonly depth: 0 | 1;
  readonly offset: number;
  readonly last: boolean;
}

/** The node over all leaves. */
export const ROOT_NODE: TreeNode = { depth: 1, offset: 0, last: true };

export function leafCount(size: number, leafSize: number): number {
  return Math.ceil(size / leafSize);
}

/** The leaf at `index` (from 0) of a file of `size` bytes. */
export function leafAt(index: number, size: number, leafSize: number): Leaf {
  const start = index * leafSize;
  const length = Math.min(leafSize, size - start);
  return { start, length, node: leafNode(index, length, leafSize) };
}

/**
 * Full leaves count from 1 and are never "last", even at the end of a file; a partial one takes the number of
 * full ones before it and is.
 */
export function leafNode(index: number, length: number, leafSize: number): TreeNode {
  const full = length === leafSize;
  return { depth: 0, offset: full ? index + 1 : index, last: !full };
}

/** Size of the object that a root key names: all leaf keys, then the root key. */
export function rootObjectSize(size: number, leafSize: number): number {
  return (leafCount(size, leafSize) + 1) * KEY_BYTES;
}

/** What is wrong with a leaf size, or nothing. */
export function leafSizeFault(leafSize: number): string | undefined {
  if (!Number.isSafeInteger(leafSize) || leafSize < 1024) return "is less than 1024 bytes";
  return leafSize > LARGEST_LEAF ? `is more than ${LARGEST_LEAF} bytes` : undefined;
}

/** What is wrong with a file size, or nothing. */
export function fileSizeFault(size: number, leafSize: number): string | undefined {
  if (!Number.isSafeInteger(size) || size < 0) return "is not a number of bytes";
  return rootObjectSize(size, leafSize) > LARGEST_ROOT_OBJECT ? "takes too many leaves" : undefined;
}

/**
 * The BLAKE2b parameter block of a node (RFC 7693, section 2.5 and the BLAKE2 paper, 2.10): digest 64, no key,
 * unlimited fanout, depth 2, inner length 64. The flag "last node" is not in it.
 */
export function parameterBlock(leafSize: number, node: TreeNode): Uint8Array {
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  block[0] = KEY_BYTES;
  block[2] = 0;
  block[3] = 2;
  view.setUint32(4, leafSize, true);
  view.setBigUint64(8, BigInt(node.offset), true);
  block[16] = node.depth;
  block[17] = KEY_BYTES;
  return block;
}
