import { KnownError } from "../../../core/errors.ts";
import { showName } from "../../../core/storage/names.ts";
import { breather } from "./bounded.ts";
import type { Source } from "./keep.ts";
import { walk } from "./walk.ts";

const REFUSED_SHOWN = 50;

/** What a folder holds, found before anything of it is stored. */
export interface Inventory {
  readonly files: number;
  readonly bytes: number;
  /** Empty folders, which a bundle cannot hold. */
  readonly emptyFolders: number;
  /** Folders at the top that are datamon's own. */
  readonly reserved: readonly string[];
  /** Symbolic links to files, which become files. */
  readonly links: number;
}

/** Walks through an open folder. Errors: `transfer` naming everything in it that no bundle can hold. */
export async function takeInventory(folder: number, path: string, signal: AbortSignal): Promise<Inventory> {
  const breathe = breather(signal);
  const counts = { files: 0, bytes: 0, emptyFolders: 0, links: 0 };
  const reserved: string[] = [];
  const refused: string[] = [];
  let refusals = 0;
  for (const met of walkOrExplain(folder, path)) {
    switch (met.type) {
      case "file":
        counts.files += 1;
        counts.bytes += met.size;
        if (met.link) counts.links += 1;
        break;
      case "empty folder":
        counts.emptyFolders += 1;
        break;
      case "reserved":
        reserved.push(met.name);
        break;
      case "refused":
        refusals += 1;
        if (refused.length < REFUSED_SHOWN) refused.push(`${showName(met.name)} (${met.why})`);
        break;
    }
    await breathe();
  }
  if (refusals > refused.length) refused.push(`${refusals - refused.length} more`);
  if (refusals === 0) return { ...counts, reserved };
  throw new KnownError(
    "transfer",
    `cannot upload ${showName(path)}: a bundle cannot hold ${refused.join(", ")}`,
    {
      remedy: "remove these, or upload a folder without them",
    },
  );
}

/** The files of the folder once more, in the same order; what came or went meanwhile shows in their number. */
export async function* sources(folder: number, path: string): AsyncGenerator<Source> {
  for (const met of walkOrExplain(folder, path)) {
    if (met.type === "file") yield { name: met.name, size: met.size };
    if (met.type === "refused") throw changedFolder(path, met.name);
  }
}

export function changedFolder(path: string, name?: string): KnownError {
  const where = name === undefined ? "" : ` (${showName(name)})`;
  return new KnownError("transfer", `cannot upload ${showName(path)}: it changed while it was read${where}`, {
    remedy: "upload only after everything that writes to the folder has ended",
  });
}

function* walkOrExplain(folder: number, path: string): ReturnType<typeof walk> {
  try {
    yield* walk(folder);
  } catch (error) {
    if (error instanceof KnownError) throw error;
    throw new KnownError("system", `cannot read the folder ${showName(path)}: ${(error as Error).message}`, {
      cause: error,
      remedy: "check its permissions: the uploading user must be able to read everything in it",
    });
  }
}
