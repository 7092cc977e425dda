/** Looks into a store as a sceptic would: no code of the program is asked. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { treeKeys } from "./blake2b.ts";

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

/** The slow hash takes its time: of larger files the size and the presence of all blobs is checked. */
const MOST_HASHED = 20_000;

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
    try {
      const { id } = parse(readFileSync(join(store, "vmeta/labels", repo, label, "label.yaml"), "utf8")) as {
        id: string;
      };
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
    for (const { hash, name, size } of list.BundleEntries) {
      const root = readFileSync(join(store, "blob", hash)).toString("hex");
      const leaves = (root.match(/.{128}/g) ?? []).slice(0, -1);
      const content = Buffer.concat(leaves.map((leaf) => readFileSync(join(store, "blob", leaf))));
      if (content.length !== size) throw new Error(`${name} has ${content.length} bytes of ${size}`);
      if (size <= MOST_HASHED && treeKeys(content, descriptor.leafSize).root !== hash)
        throw new Error(`${name} is not what its key says`);
      files[name] = content.toString("latin1");
    }
  }
  return files;
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
