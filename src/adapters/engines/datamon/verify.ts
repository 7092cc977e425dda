import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Flags, flagValue } from "../../../core/datamon-argv.ts";
import { downloadedIdIn, fileListsIn } from "../../../core/datamon-output.ts";
import { systemCode } from "../../../core/errors.ts";
import { RECORD_FOLDER } from "../../../core/storage/keys.ts";
import { placeIn } from "../native/command-flags.ts";

/** A bundle as the command leaves it in a folder. */
export interface BundleFolder {
  readonly repo: string;
  readonly id: string;
  readonly folder: string;
  /**
   * Copies of the bundle's own descriptor and file lists, for a verifier that cannot read the store. The command
   * may truncate them as it may truncate any file, but its files come from lists in its memory: a folder that
   * holds exactly what cut lists say is held by whole ones only.
   */
  readonly descriptor: string;
  readonly fileLists: readonly string[];
  /** The `--config` and `--context` it was downloaded with. */
  readonly place: { readonly config?: string; readonly context?: string };
  /** The `--name-filter` it was downloaded with: only files whose name matches are there. */
  readonly nameFilter?: string;
}

/**
 * Proves that the folder holds exactly the files of the bundle, its top folder `.datamon` aside: nothing missing,
 * nothing more, every size and hash right. The command exits 0 with truncated files, so this is the only proof.
 * Errors: `transfer` naming the bad files; whatever else stops the proof.
 */
export type VerifyBundleFolder = (
  bundle: BundleFolder,
  signal: AbortSignal,
) => Promise<{ readonly files: number; readonly bytes: number }>;

/** What the command left in `folder`; undefined when it left no bundle, or more than one. */
export async function bundleIn(
  folder: string,
  repo: string,
  flags: Flags = [],
): Promise<BundleFolder | undefined> {
  const metadata = join(folder, RECORD_FOLDER);
  const names = await readdir(metadata).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  });
  const id = downloadedIdIn(names);
  if (id === undefined) return undefined;
  const nameFilter = flagValue(flags, "--name-filter");
  return {
    ...(nameFilter === undefined ? {} : { nameFilter }),
    place: placeIn(flags),
    repo,
    id,
    folder,
    descriptor: join(metadata, `${id}.yaml`),
    fileLists: fileListsIn(names, id).map((name) => join(metadata, name)),
  };
}
