import { createBLAKE2b, type IHasher } from "hash-wasm";
import { KEY_BYTES, parameterBlock, ROOT_NODE, type TreeNode } from "../../../core/storage/leaves.ts";

/**
 * BLAKE2b in tree mode on hash-wasm, which offers sequential mode only. Its saved state (4.13.0) begins with 4 bytes
 * of version, then the eight state words (already mixed with the sequential parameter block); the flags of the last
 * block follow, `last_node` at byte 236. Mixing in the difference of the two blocks makes it a node of the tree.
 */
export class TreeHasher {
  readonly #hasher: IHasher;
  readonly #sequential: Uint8Array;

  private constructor(hasher: IHasher) {
    this.#hasher = hasher;
    hasher.init();
    this.#sequential = hasher.save();
    if (this.#sequential.length !== STATE_BYTES)
      throw new Error("hash-wasm saves another state than we know");
  }

  static async create(): Promise<TreeHasher> {
    return new TreeHasher(await createBLAKE2b(512));
  }

  /** The key of one leaf, 64 bytes. */
  leaf(bytes: Uint8Array, leafSize: number, node: TreeNode): Uint8Array {
    this.#hasher.load(this.#state(leafSize, node));
    this.#hasher.update(bytes);
    return this.#hasher.digest("binary");
  }

  /** The root key over the concatenated leaf keys. */
  root(leafKeys: Uint8Array, leafSize: number): Uint8Array {
    return this.leaf(leafKeys, leafSize, ROOT_NODE);
  }

  #state(leafSize: number, node: TreeNode): Uint8Array {
    const state = this.#sequential.slice();
    const block = parameterBlock(leafSize, node);
    for (let i = 0; i < block.length; i++) {
      state[WORDS_AT + i] = (state[WORDS_AT + i] ?? 0) ^ (block[i] ?? 0) ^ (SEQUENTIAL_BLOCK[i] ?? 0);
    }
    if (node.last) state[LAST_NODE_AT] = 1;
    return state;
  }
}

const STATE_BYTES = 244;
const WORDS_AT = 4;
const LAST_NODE_AT = 236;

/** Sequential mode: digest 64, no key, fanout 1, depth 1, all else zero (RFC 7693). */
const SEQUENTIAL_BLOCK = Uint8Array.of(KEY_BYTES, 0, 1, 1);

/** Keys are compared and named in lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
