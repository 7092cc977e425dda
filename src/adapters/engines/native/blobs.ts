import { KnownError } from "../../../core/errors.ts";
import type { Entry } from "../../../core/storage/file-list.ts";
import { KEY_BYTES, leafAt, leafNode, rootObjectSize } from "../../../core/storage/leaves.ts";
import { showName } from "../../../core/storage/names.ts";
import type { Workbench } from "./workbench.ts";
import { hex, sameKey } from "./tree-hasher.ts";

/** A root object of a bundle without exact leaves may have any number of leaves up to this size. */
const LOOSE_ROOT_LIMIT = 16 * 1024 * 1024;

/** The leaf keys of a file, one after the other, proved by its root key. Errors: `transfer` naming the file. */
export async function readLeafKeys(bench: Workbench, file: Entry): Promise<Uint8Array> {
  const { leafSize, exactLeaves } = bench.session;
  const expected = rootObjectSize(file.size, leafSize);
  const object = await bench.blobs.get(
    file.hash,
    exactLeaves ? Math.max(expected, LOOSE_ROOT_LIMIT) : LOOSE_ROOT_LIMIT,
  );
  if (object === undefined) throw damaged(file, `its list of leaves is missing`, file.hash);
  const fits = exactLeaves
    ? object.length === expected
    : object.length % KEY_BYTES === 0 && object.length > 0;
  if (!fits)
    throw damaged(file, `its list of leaves has ${object.length} bytes instead of ${expected}`, file.hash);
  const keys = object.subarray(0, object.length - KEY_BYTES);
  const root = object.subarray(object.length - KEY_BYTES);
  if (hex(root) !== file.hash || !sameKey(bench.hasher.root(keys, leafSize), root)) {
    throw damaged(file, "its list of leaves is corrupted", file.hash);
  }
  return keys;
}

/** One leaf, proved by its key, in the bench's buffer until the next use. Errors: `transfer` naming the file. */
export async function readLeaf(
  bench: Workbench,
  file: Entry,
  index: number,
  key: Uint8Array,
): Promise<Uint8Array> {
  const { leafSize, exactLeaves } = bench.session;
  const name = hex(key);
  const place = `leaf ${index + 1}`;
  const size = await bench.blobs.read(name, bench.buffer);
  if (size === undefined) throw damaged(file, `${place} is missing`, name);
  const expected = exactLeaves ? leafAt(index, file.size, leafSize).length : Math.min(size, leafSize);
  if (size !== expected) throw damaged(file, `${place} has ${size} bytes instead of ${expected}`, name);
  const bytes = bench.buffer.subarray(0, size);
  if (!sameKey(bench.hasher.leaf(bytes, leafSize, leafNode(index, size, leafSize)), key)) {
    throw damaged(file, `${place} is corrupted`, name);
  }
  return bytes;
}

/** The key at `index` of several keys that lie one after the other. */
export function keyAt(keys: Uint8Array, index: number): Uint8Array {
  return keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
}

function damaged(file: Entry, what: string, key: string): KnownError {
  return new KnownError(
    "transfer",
    `cannot read ${showName(file.name)} from the store: ${what} (blob ${key})`,
    {
      remedy:
        "`datamon-sidecar bundle verify` names every damaged file; upload it again, or take another bundle",
      details: { file: file.name, blob: key },
    },
  );
}
