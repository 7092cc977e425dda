/** Looks into a store as a sceptic would: no code of the program is asked. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { leafKey, rootKey } from "./blake2b.ts";

/** Bundle id → the files it holds, every byte of which has been checked. */
export type Content = Readonly<Record<string, string>>;

export interface Inspection {
  /** Every bundle that can be seen. */
  readonly bundles: Readonly<Record<string, Content>>;
  /** What each label points at. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is visible and not whole. */
  readonly faults: readonly string[];
}

interface Entry {
  readonly hash: string;
  readonly name: string;
  readonly size: number;
}

/** Keys that were computed before, by an unrelated digest of the same bytes: databases differ in little. */
const known = new Map<string, string>();

/** `store` is the folder; bundles in `knownBad` may be damaged. */
export function inspect(store: string, repo: string, knownBad: readonly string[] = []): Inspection {
  const faults: string[] = [];
  const bundles: Record<string, Content> = {};
  const labels: Record<string, string> = {};
  const folder = join(store, "meta/bundles", repo);
  for (const id of listed(folder)) {
    // The bundle is visible once its descriptor is there.
    if (!existsSync(join(folder, id, "bundle.yaml"))) continue;
    try {
      bundles[id] = contentOf(store, folder, id);
    } catch (error) {
      if (!knownBad.includes(id)) faults.push(`bundle ${id}: ${String(error)}`);
    }
  }
  for (const label of listed(join(store, "vmeta/labels", repo))) {
    const path = join(store, "vmeta/labels", repo, label, "label.yaml");
    // A folder without it is what is left of a label that could not be written.
    if (!existsSync(path)) continue;
    try {
      const { id } = parse(readFileSync(path, "utf8")) as { id: string };
      labels[label] = id;
      if (bundles[id] === undefined && !knownBad.includes(id)) {
        faults.push(`label ${label} points at ${id}, which is no whole bundle`);
      }
    } catch (error) {
      faults.push(`label ${label}: ${String(error)}`);
    }
  }
  return { bundles, labels, faults };
}

function contentOf(store: string, folder: string, id: string): Content {
  const descriptor = parse(readFileSync(join(folder, id, "bundle.yaml"), "utf8")) as {
    count: number;
    leafSize: number;
  };
  const files: Record<string, string> = {};
  for (let i = 0; i < descriptor.count; i++) {
    const list = parse(readFileSync(join(folder, id, `bundle-files-${i}.yaml`), "utf8")) as {
      BundleEntries: readonly Entry[];
    };
    for (const entry of list.BundleEntries) {
      if (files[entry.name] !== undefined) throw new Error(`${entry.name} is there twice`);
      files[entry.name] = fileOf(store, entry, descriptor.leafSize).toString("latin1");
    }
  }
  return files;
}

/** The bytes of a file, of which every leaf and the list of the leaves have been hashed. */
function fileOf(store: string, { hash, name, size }: Entry, leafSize: number): Buffer {
  const list = readFileSync(join(store, "blob", hash));
  const keys = list.toString("hex").match(/.{128}/g) ?? [];
  // The root's own key ends the list.
  const leaves = keys.slice(0, -1);
  if (keys.at(-1) !== hash || list.length !== keys.length * 64)
    throw new Error(`${name}: its list of leaves does not end with its key`);
  if (remembered(list.subarray(0, -64), `root ${leafSize}`, (bytes) => rootKey(bytes, leafSize)) !== hash)
    throw new Error(`${name}: its list of leaves is not what its key says`);
  const contents = leaves.map((key, i) => {
    const content = readFileSync(join(store, "blob", key));
    const isFull = content.length === leafSize;
    if (!isFull && i < leaves.length - 1) throw new Error(`${name}: leaf ${i} is too short`);
    const isIt = remembered(content, `leaf ${leafSize} ${i}`, (bytes) => leafKey(bytes, leafSize, i)) === key;
    if (!isIt) throw new Error(`${name}: leaf ${i} is not what its key says`);
    return content;
  });
  const content = Buffer.concat(contents);
  if (content.length !== size) throw new Error(`${name} has ${content.length} bytes of ${size}`);
  return content;
}

function remembered(bytes: Uint8Array, kind: string, compute: (bytes: Uint8Array) => string): string {
  const digest = `${kind} ${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
  const key = known.get(digest) ?? compute(bytes);
  known.set(digest, key);
  return key;
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
