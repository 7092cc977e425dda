import { KnownError } from "../../../core/errors.ts";
import { showName } from "../../../core/storage/names.ts";
import { breather } from "./bounded.ts";
import type { Source } from "./keep.ts";
import type { Skipped } from "./skipped.ts";
import type { Met } from "./walk.ts";

const REFUSED_SHOWN = 50;

/** What is to be uploaded: an open folder, and a way to go through what it offers again and again. */
export interface Offer {
  /** For messages. */
  readonly path: string;
  readonly walk: () => Iterable<Met>;
  /** Where to note what is left out; without it, what cannot be stored fails the upload. */
  readonly skipped: Skipped | undefined;
}

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

/**
 * Goes through all that is offered. Errors: `transfer` naming everything that no bundle can hold, `system` for the
 * first that cannot be read; unless it may be skipped.
 */
export async function takeInventory(offer: Offer, signal: AbortSignal): Promise<Inventory> {
  const breathe = breather(signal);
  const counts = { files: 0, bytes: 0, emptyFolders: 0, links: 0 };
  const reserved: string[] = [];
  const refused: string[] = [];
  let refusals = 0;
  for (const met of offer.walk()) {
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
      case "unreadable":
        if (offer.skipped === undefined || met.name === "") throw unreadable(offer, met.name, met.why);
        offer.skipped.add(met.name, met.why);
        break;
      case "refused":
        if (offer.skipped !== undefined) {
          offer.skipped.add(met.name, met.why);
          break;
        }
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
    `cannot upload ${showName(offer.path)}: a bundle cannot hold ${refused.join(", ")}`,
    {
      remedy: "remove these, or upload a folder without them",
    },
  );
}

/** The files that are offered once more, in the same order; what came or went meanwhile shows in their number. */
export async function* sources(offer: Offer): AsyncGenerator<Source> {
  for (const met of offer.walk()) {
    if (met.type === "file") yield { name: met.name, size: met.size };
    const stops = met.type === "refused" || met.type === "unreadable";
    if (stops && offer.skipped === undefined) throw changedFolder(offer.path, met.name);
  }
}

export function changedFolder(path: string, name?: string): KnownError {
  const where = name === undefined ? "" : ` (${showName(name)})`;
  return new KnownError("transfer", `cannot upload ${showName(path)}: it changed while it was read${where}`, {
    remedy: "upload only after everything that writes to the folder has ended",
  });
}

function unreadable({ path }: Offer, name: string, why: string): KnownError {
  const what = name === "" ? "" : `: ${showName(name)}`;
  return new KnownError("system", `cannot read the folder ${showName(path)}${what}: ${why}`, {
    remedy: "check its permissions: the uploading user must be able to read everything in it",
  });
}
