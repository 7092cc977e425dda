import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { KnownError } from "../../../core/errors.ts";
import { contextText, repoText } from "../../../core/storage/descriptor-text.ts";
import { bundleKey, contextKey, fileListKey, repoKey } from "../../../core/storage/keys.ts";
import { nameFilterOf } from "../name-filter.ts";
import { findingText } from "../native/check.ts";
import { createNativeEngine } from "../native/engine.ts";
import {
  DEFAULT_CONFIG,
  DEFAULT_CONTEXT,
  DEFAULT_CONTRIBUTOR,
  type StoreOptions,
} from "../native/options.ts";
import type { BundleFolder, VerifyBundleFolder } from "./verify.ts";

const FINDINGS_SHOWN = 20;
const META = "meta";

/** Proves downloads by what the store itself says of the bundle. */
export function verifyAgainstStore(store: StoreOptions): VerifyBundleFolder {
  return async (bundle, signal) => proven({ ...store, ...bundle.place }, bundle, signal);
}

/**
 * Proves downloads by the descriptor and the file lists that the command left beside the files, for stores that we
 * cannot read: they are laid out as a store that has these and no blobs, which the proof does not need.
 */
export const verifyAgainstRecords: VerifyBundleFolder = async (bundle, signal) => {
  const root = await mkdtemp(join(tmpdir(), "datamon-records-"));
  try {
    await layOut(root, bundle);
    return await proven({ store: pathToFileURL(root).href }, bundle, signal);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

async function layOut(root: string, { repo, id, descriptor, fileLists }: BundleFolder): Promise<void> {
  const context = {
    name: DEFAULT_CONTEXT,
    wal: "wal",
    readlog: "readlog",
    blob: "blob",
    metadata: META,
    vmetadata: "vmeta",
  };
  const timestamp = new Date(0).toISOString();
  const repository = { name: repo, description: repo, timestamp, contributor: DEFAULT_CONTRIBUTOR };
  const write = async (key: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), text);
  };
  await write(join(DEFAULT_CONFIG, contextKey(DEFAULT_CONTEXT)), contextText(context));
  await write(join(META, repoKey(repo)), repoText(repository));
  await cp(descriptor, join(root, META, bundleKey(repo, id)));
  for (const [index, list] of fileLists.entries())
    await cp(list, join(root, META, fileListKey(repo, id, index)));
}

async function proven(
  store: StoreOptions,
  bundle: BundleFolder,
  signal: AbortSignal,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { repo, id, folder } = bundle;
  const nameFilter = bundle.nameFilter === undefined ? {} : { nameFilter: nameFilterOf(bundle.nameFilter) };
  const request = { repo, ref: { type: "id", id }, folder, ...nameFilter } as const;
  const { files, bytes, findings } = await createNativeEngine(store).verify(request, () => undefined, signal);
  if (findings.length === 0) return { files, bytes };
  const shown = findings.slice(0, FINDINGS_SHOWN).map(findingText);
  const more = findings.length > shown.length ? ` and ${findings.length - shown.length} more` : "";
  throw new KnownError("transfer", `cannot trust the download of bundle ${id}: ${shown.join(", ")}${more}`, {
    details: { bundle: id, badFiles: findings.length },
  });
}
