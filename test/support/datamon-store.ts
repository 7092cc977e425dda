import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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
import { openStore } from "../../src/adapters/store/open.ts";

/** A store in a temporary folder, with one repository that holds one labelled bundle. */
export interface SmallStore {
  readonly folder: string;
  /** `file:///…` */
  readonly url: string;
  readonly repo: string;
  readonly label: string;
  readonly id: string;
  /** The files of the bundle. */
  readonly files: Readonly<Record<string, string>>;
  readonly native: NativeEngine;
  remove(): Promise<void>;
}

const FILES = { hello: "world", "deep/er/file": "x".repeat(5000), empty: "", "with space": "y" };

/** Writes files below a folder; names hold folders. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

export async function smallStore(): Promise<SmallStore> {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  const url = pathToFileURL(folder).href;
  const [repo, label] = ["golden-repo", "golden"];
  const buckets = { wal: "wal", readlog: "readlog", blob: "blob", metadata: "meta", vmetadata: "vmeta" };
  await createContext(openStore(url), DEFAULT_CONFIG, { name: DEFAULT_CONTEXT, ...buckets });
  const { catalogue } = await openEngine({ store: url });
  const timestamp = "2026-11-20T16:22:28Z";
  await catalogue.createRepo({ name: repo, description: "d", timestamp, contributor: DEFAULT_CONTRIBUTOR });
  const source = join(folder, "source");
  await writeFiles(source, FILES);
  const native = createNativeEngine({ store: url, concurrency: 1 });
  const signal = new AbortController().signal;
  const { id } = await native.upload({ repo, path: source, message: "m", label }, () => undefined, signal);
  await rm(source, { recursive: true });
  return {
    folder,
    url,
    repo,
    label,
    id,
    files: FILES,
    native,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
