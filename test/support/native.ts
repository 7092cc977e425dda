import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext } from "../../src/adapters/engines/native/catalogue.ts";
import { createNativeEngine, type NativeEngine } from "../../src/adapters/engines/native/engine.ts";
import {
  DEFAULT_CONFIG,
  DEFAULT_CONTEXT,
  DEFAULT_CONTRIBUTOR,
  openEngine,
} from "../../src/adapters/engines/native/options.ts";
import { TreeHasher, hex } from "../../src/adapters/engines/native/tree-hasher.ts";
import { openStore } from "../../src/adapters/store/open.ts";
import { bundleText } from "../../src/core/storage/descriptor-text.ts";
import type { Entry } from "../../src/core/storage/file-list.ts";
import { bundleKey, fileListKey } from "../../src/core/storage/keys.ts";
import { leafAt, leafCount } from "../../src/core/storage/leaves.ts";

export const NEVER = new AbortController().signal;
export const nobody = () => undefined;

/** A new store with one empty repository, in a temporary folder. */
export interface EmptyStore {
  readonly folder: string;
  readonly url: string;
  readonly repo: string;
  readonly blobs: string;
  readonly engine: NativeEngine;
  remove(): Promise<void>;
}

export async function emptyStore(options: { concurrency?: number } = {}): Promise<EmptyStore> {
  const folder = mkdtempSync(join(tmpdir(), "native-"));
  const store = join(folder, "store");
  mkdirSync(store);
  const url = pathToFileURL(store).href;
  const buckets = { wal: "wal", readlog: "readlog", blob: "blob", metadata: "meta", vmetadata: "vmeta" };
  await createContext(openStore(url), DEFAULT_CONFIG, { name: DEFAULT_CONTEXT, ...buckets });
  const { catalogue } = await openEngine({ store: url });
  const timestamp = "2026-11-20T16:22:28Z";
  await catalogue.createRepo({ name: "r", description: "d", timestamp, contributor: DEFAULT_CONTRIBUTOR });
  return {
    folder,
    url,
    repo: "r",
    blobs: join(store, "blob"),
    engine: createNativeEngine({ store: url, ...options }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Stores a bundle whose file lists are these texts, as anybody with a text editor could. */
export function forgeBundle(
  { folder, repo }: EmptyStore,
  id: string,
  lists: readonly string[],
  change: { leafSize?: number; version?: number } = {},
): void {
  const write = (key: string, text: string) => {
    const path = join(folder, "store/meta", key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  for (const [index, list] of lists.entries()) write(fileListKey(repo, id, index), list);
  const bundle = {
    leafSize: 65_536,
    version: 2,
    message: "forged",
    timestamp: "2026-11-20T16:22:28Z",
    ...change,
  };
  write(
    bundleKey(repo, id),
    bundleText({ id, contributors: [DEFAULT_CONTRIBUTOR], count: lists.length, ...bundle }),
  );
}

/** Stores the blobs of a content, and gives the entry of a file that has it. */
export async function forgeContent(
  { blobs }: EmptyStore,
  name: string,
  bytes: Uint8Array,
  leafSize = 65_536,
): Promise<Entry> {
  const hasher = await TreeHasher.create();
  mkdirSync(blobs, { recursive: true });
  const keys = Array.from({ length: leafCount(bytes.length, leafSize) }, (_, i) => {
    const { start, length, node } = leafAt(i, bytes.length, leafSize);
    const leaf = bytes.subarray(start, start + length);
    const key = hasher.leaf(leaf, leafSize, node);
    writeFileSync(join(blobs, hex(key)), leaf);
    return key;
  });
  const root = hasher.root(Buffer.concat(keys), leafSize);
  writeFileSync(join(blobs, hex(root)), Buffer.concat([...keys, root]));
  return { name, hash: hex(root), size: bytes.length };
}

/** Bytes that differ from leaf to leaf, the same for the same seed. */
export function content(size: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++)
    words[i] = state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return new Uint8Array(words.buffer, 0, size);
}
