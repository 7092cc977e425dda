import * as fs from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import type { Entry } from "../../../core/storage/file-list.ts";
import { partName } from "../../../core/storage/keys.ts";
import { KEY_BYTES, leafAt } from "../../../core/storage/leaves.ts";
import { showName } from "../../../core/storage/names.ts";
import { flush } from "../../flush.ts";
import type { Workbench } from "./workbench.ts";
import { keyAt, readLeaf, readLeafKeys } from "./blobs.ts";
import { type Finding, localFinding } from "./check.ts";
import { removeLeftover } from "../../remove-file.ts";
import { readExactly, writeFully } from "./local-file.ts";
import { inFolder, withRealPath } from "./safe-folder.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = fs.constants;

/** datamon creates files so. */
const FILE_MODE = 0o600;

/** A file and its place in the bundle's lists. */
export interface Placed extends Entry {
  readonly list: number;
  readonly index: number;
}

/**
 * Fetches a whole file in one go: every leaf is proved before it is written, under a temporary name; the file gets
 * its own name once it is complete. One that is there already is proved instead. Errors: `transfer`, `system`.
 */
export async function fetchFile(bench: Workbench, file: Placed): Promise<void> {
  if (await isThere(bench, file)) return;
  const keys = await readLeafKeys(bench, file);
  const part = partPath(bench, file);
  try {
    const fd = createPart(part);
    try {
      let size = 0;
      for (let index = 0; index * KEY_BYTES < keys.length; index++) {
        const bytes = await readLeaf(bench, file, index, keyAt(keys, index));
        writeFully(fd, bytes, size);
        size += bytes.length;
      }
      if (size !== file.size) {
        throw new KnownError(
          "transfer",
          `cannot fetch ${showName(file.name)}: its leaves have ${size} bytes instead of ${file.size}`,
        );
      }
      finishFile(bench, file, fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    removeLeftover(part);
    throw writeFailure(file, error);
  }
}

/** Whether the file is there already, complete and right. Errors: `configuration` when something else is there. */
async function isThere(bench: Workbench, file: Entry): Promise<boolean> {
  const found = await localFinding(bench, file);
  if (found === undefined) return true;
  if (found.problem === "missing") return false;
  throw notOurs(found);
}

/** The refusal to overwrite a file that has the name of one of the bundle's but is not it. */
export function notOurs({ name, problem, detail }: Finding): KnownError {
  const how = problem === "corrupted" ? "other content" : (detail ?? problem);
  const message = `cannot download ${showName(name)}: the destination has it with ${how}`;
  return new KnownError("configuration", message, {
    remedy: "nothing is overwritten: move it away to fetch it again, or choose an empty destination",
    details: { file: name },
  });
}

/** Opens the unfinished file of an earlier attempt, or a new one. `resumed` tells whether it has content. */
export function openPart(bench: Workbench, file: Placed): { fd: number; resumed: boolean } {
  const part = partPath(bench, file);
  try {
    const fd = reopenPart(part) ?? createPart(part);
    const { size } = fs.fstatSync(fd);
    if (size > file.size) fs.ftruncateSync(fd, file.size);
    return { fd, resumed: size > 0 };
  } catch (error) {
    throw writeFailure(file, error);
  }
}

/** Judged once it is open: a link, hard or symbolic, would carry what we write to another file. */
function reopenPart(part: string): number | undefined {
  let fd: number;
  try {
    fd = fs.openSync(part, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // Whatever else is there is found by creating it anew.
    if (["ENOENT", "ELOOP", "ENXIO", "EISDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
  const stat = fs.fstatSync(fd);
  if (stat.isFile() && stat.nlink === 1) return fd;
  fs.closeSync(fd);
  return undefined;
}

/** Fetches leaves of a large file into its open part; what an earlier attempt left is kept when it proves right. */
export async function fetchLeaves(
  bench: Workbench,
  job: { file: Entry; fd: number; first: number; keys: Uint8Array; resumed: boolean },
): Promise<void> {
  const { file, fd, first, keys, resumed } = job;
  const { leafSize } = bench.session;
  for (let i = 0; i * KEY_BYTES < keys.length; i++) {
    const index = first + i;
    const key = keyAt(keys, i);
    const { start, length, node } = leafAt(index, file.size, leafSize);
    if (resumed) {
      const there = bench.buffer.subarray(0, length);
      const kept =
        readExactly(fd, there, start) && Buffer.compare(bench.hasher.leaf(there, leafSize, node), key) === 0;
      if (kept) continue;
    }
    const bytes = await readLeaf(bench, file, index, key);
    try {
      writeFully(fd, bytes, start);
    } catch (error) {
      throw writeFailure(file, error);
    }
  }
}

/** Gives a complete file, which is still open as `fd`, its own name. */
export function finishFile(bench: Workbench, file: Placed, fd: number): void {
  const path = bench.folder.locate(file.name, "create");
  if (path === undefined) throw new Error("a folder was to be created");
  try {
    flush(fd);
    fs.renameSync(partPath(bench, file), path);
  } catch (error) {
    throw writeFailure(file, error);
  }
}

/** What a killed attempt left of a small file is not worth keeping; what a stranger put there is not followed. */
function createPart(part: string): number {
  const create = () => fs.openSync(part, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, FILE_MODE);
  try {
    return create();
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    // Not a folder: emptying one that somebody else fills meanwhile could lead elsewhere.
    fs.unlinkSync(part);
    return create();
  }
}

function partPath(bench: Workbench, file: Placed): string {
  return inFolder(bench.session.parts, partName(bench.session.bundle, file.list, file.index));
}

function writeFailure(file: Entry, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof KnownError || code === undefined) return error;
  const full = code === "ENOSPC" || code === "EDQUOT";
  const why = full ? "the disk of the destination is full" : withRealPath(error);
  return new KnownError("system", `cannot write ${showName(file.name)}: ${why}`, {
    cause: error,
    remedy: full
      ? "free some space and run it again: it goes on where it stopped"
      : "check the destination, then run it again: it goes on where it stopped",
    details: { file: file.name, code },
  });
}
