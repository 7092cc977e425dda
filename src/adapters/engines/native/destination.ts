import * as fs from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import {
  isRecordOf,
  listRecordName,
  RECORD_FOLDER,
  recordName,
  unfinishedRecordName,
} from "../../../core/storage/keys.ts";
import type { NameLedger } from "../../../core/storage/name-ledger.ts";
import { showName } from "../../../core/storage/names.ts";
import { flush } from "../../flush.ts";
import { removeFile } from "../../remove-file.ts";
import { breather } from "./bounded.ts";
import { inFolder, openChild, openRoot, withRealPath } from "./safe-folder.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

const NAMES_SHOWN = 10;

/**
 * The folder a bundle is downloaded into. Which bundle it holds stands in `.datamon/ID.yaml`, as datamon has it; until
 * everything is there and proved, that file has another name, so that nothing unfinished looks complete.
 */
export class Destination {
  readonly path: string;
  readonly folder: number;
  readonly #id: string;
  #records: number | undefined;

  /** Opens the folder, and creates it when it is missing. Errors: `system`. */
  constructor(path: string, id: string) {
    this.path = path;
    this.#id = id;
    try {
      this.folder = openRoot(path);
    } catch (error) {
      throw new KnownError(
        "system",
        `cannot use the destination ${showName(path)}: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
    this.#records = openChild(this.folder, RECORD_FOLDER, "leave");
  }

  /** Whether an earlier download of this bundle came to its end here. */
  wasComplete(): boolean {
    if (this.#records === undefined) return false;
    return (
      fs.lstatSync(inFolder(this.#records, recordName(this.#id)), { throwIfNoEntry: false })?.isFile() ??
      false
    );
  }

  /** Refuses a folder with anything in it that the bundle does not have. Errors: `configuration` naming it. */
  async refuseForeign(ledger: NameLedger, signal: AbortSignal): Promise<void> {
    const foreign: string[] = [];
    let count = 0;
    for await (const name of foreignNames(this.folder, ledger, signal)) {
      count += 1;
      if (foreign.length < NAMES_SHOWN) foreign.push(name);
    }
    for (const record of this.#records === undefined ? [] : fs.readdirSync(inFolder(this.#records, ""))) {
      if (isRecordOf(this.#id, record)) continue;
      count += 1;
      if (foreign.length < NAMES_SHOWN) foreign.push(`${RECORD_FOLDER}/${record}`);
    }
    if (count === 0) return;
    const more = count > foreign.length ? ` and ${count - foreign.length} more` : "";
    throw new KnownError(
      "configuration",
      `cannot download bundle ${this.#id} into ${showName(this.path)}: it holds what the bundle does not: ${foreign.map(showName).join(", ")}${more}`,
      { remedy: "choose an empty destination, or move these away" },
    );
  }

  /** Marks the folder as holding an unfinished download; the open `.datamon`. Errors: `system`. */
  begin(descriptor: Uint8Array): number {
    this.#records ??= openChild(this.folder, RECORD_FOLDER, "create");
    if (this.#records === undefined) throw new Error("a folder was to be created");
    this.#write(unfinishedRecordName(this.#id), descriptor);
    removeFile(inFolder(this.#records, recordName(this.#id)));
    return this.#records;
  }

  recordList(index: number, bytes: Uint8Array): void {
    this.#write(listRecordName(this.#id, index), bytes);
  }

  /** Marks the folder as complete. */
  finish(): void {
    const records = this.#records ?? -1;
    fs.renameSync(inFolder(records, unfinishedRecordName(this.#id)), inFolder(records, recordName(this.#id)));
  }

  close(): void {
    if (this.#records !== undefined) fs.closeSync(this.#records);
    fs.closeSync(this.folder);
  }

  #write(name: string, bytes: Uint8Array): void {
    const path = inFolder(this.#records ?? -1, name);
    try {
      removeFile(path);
      const fd = fs.openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
      try {
        fs.writeFileSync(fd, bytes);
        flush(fd);
      } finally {
        fs.closeSync(fd);
      }
    } catch (error) {
      const full = systemCode(error) === "ENOSPC" || systemCode(error) === "EDQUOT";
      const why = full ? "the disk of the destination is full" : withRealPath(error);
      throw new KnownError("system", `cannot write ${RECORD_FOLDER}/${name}: ${why}`, {
        cause: error,
        remedy: "free some space, check the permissions, then run it again: it goes on where it stopped",
      });
    }
  }
}

/** Files the bundle does not have, and folders where it has files. Folders with nothing in them do no harm. */
export async function* foreignNames(
  folder: number,
  ledger: NameLedger,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const breathe = breather(signal);
  const folders = [""];
  for (let above = folders.pop(); above !== undefined; above = folders.pop()) {
    for (const found of fs.readdirSync(inFolder(folder, above), { withFileTypes: true })) {
      const name = above === "" ? found.name : `${above}/${found.name}`;
      if (!found.isDirectory()) {
        if (!ledger.hasFile(name)) yield name;
      } else if (ledger.hasFile(name)) {
        yield name;
      } else if (name !== RECORD_FOLDER && name !== LOST_AND_FOUND) {
        folders.push(name);
      }
      await breathe();
    }
  }
}

/** At the top of a fresh volume; may be unreadable. */
const LOST_AND_FOUND = "lost+found";
