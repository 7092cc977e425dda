import { KnownError } from "../../../core/errors.ts";
import type { BundleDescriptor } from "../../../core/storage/descriptors.ts";
import { entryFault } from "../../../core/storage/file-list.ts";
import { fileListKey } from "../../../core/storage/keys.ts";
import type { NameLedger } from "../../../core/storage/name-ledger.ts";
import { showName } from "../../../core/storage/names.ts";
import { breather } from "./bounded.ts";
import type { Catalogue } from "./catalogue.ts";
import { FILE_LIST_LIMIT, fileListEntries } from "./documents.ts";
import type { Placed } from "./fetch.ts";
import { newLedger } from "./new-ledger.ts";

/** One file list, as it is in the store and as it was understood. */
export interface FileList {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly files: readonly Placed[];
}

/** Names that are wanted; all without it. */
export type NameFilter = RegExp | undefined;

/** The lists of a bundle one after the other, each entry checked by itself. Errors: `transfer`. */
async function* fileLists(
  catalogue: Catalogue,
  repo: string,
  bundle: BundleDescriptor,
): AsyncGenerator<FileList> {
  for (let list = 0; list < bundle.count; list++) {
    const key = fileListKey(repo, bundle.id, list);
    const bytes = await catalogue.metadata.get(key, FILE_LIST_LIMIT);
    if (bytes === undefined) throw refused(bundle, `its file list ${key} is missing`);
    const files = fileListEntries(bytes, key).map((entry, index) => ({ ...entry, list, index }));
    for (const file of files) {
      const fault = entryFault(file, bundle.leafSize);
      if (fault !== undefined) throw refused(bundle, fault);
    }
    yield { index: list, bytes, files };
  }
}

/** What is known of a bundle before anything is written. */
export interface Survey {
  /** Every name, wanted or not. */
  readonly ledger: NameLedger;
  /** Of what is wanted. */
  readonly files: number;
  readonly bytes: number;
}

/** Reads all lists once, and refuses a bundle whose names clash. Errors: `transfer`. */
export async function survey(
  catalogue: Catalogue,
  repo: string,
  bundle: BundleDescriptor,
  filter: NameFilter,
  signal: AbortSignal,
): Promise<Survey> {
  const breathe = breather(signal);
  const ledger = newLedger();
  let files = 0;
  let bytes = 0;
  for await (const list of fileLists(catalogue, repo, bundle)) {
    for (const file of list.files) {
      const fault = ledger.add(file.name);
      if (fault !== undefined) throw refused(bundle, `the name ${showName(file.name)} is refused: ${fault}`);
      if (!isWanted(file.name, filter)) continue;
      files += 1;
      bytes += file.size;
    }
    await breathe();
  }
  return { ledger, files, bytes };
}

function isWanted(name: string, filter: NameFilter): boolean {
  if (filter === undefined) return true;
  filter.lastIndex = 0;
  return filter.test(name);
}

/** The wanted files of a bundle that was surveyed; `seen` gets each list before its files come. */
export async function* wantedFiles(
  catalogue: Catalogue,
  repo: string,
  bundle: BundleDescriptor,
  { ledger }: Survey,
  filter: NameFilter,
  seen?: (list: FileList) => void,
): AsyncGenerator<Placed> {
  for await (const list of fileLists(catalogue, repo, bundle)) {
    seen?.(list);
    for (const file of list.files) {
      if (!ledger.hasFile(file.name)) throw refused(bundle, "its file lists changed while they were read");
      if (isWanted(file.name, filter)) yield file;
    }
  }
}

function refused({ id }: BundleDescriptor, why: string): KnownError {
  return new KnownError("transfer", `cannot use bundle ${id}: ${why}`, {
    remedy: "the bundle is damaged or was made with ill intent: upload it again, or take another one",
  });
}
