/** Small files in a folder that others, perhaps hostile, can write too: never followed through links, never large. */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { KnownError, systemCode } from "../../core/errors.ts";
import { flush } from "../flush.ts";
import { removeFile, removeLeftover } from "../remove-file.ts";

/** More than any participant of ours writes. */
const MAX_BYTES = 1024 * 1024;

export type Reading =
  | { readonly type: "absent" }
  | { readonly type: "text"; readonly text: string }
  /** It is there, but nothing a participant would have left. */
  | { readonly type: "unusable"; readonly why: string };

/** How often a file is looked at that is replaced while we do. */
const LOOKS = 5;
/** How often a file is written while another process interferes with its temporary name. */
const ATTEMPTS = 5;

/** Reads a regular file of at most 1 MiB without following a link or waiting on a FIFO. */
export function readSmall(path: string): Reading {
  for (let look = 1; ; look++) {
    try {
      return readOnce(path);
    } catch (error) {
      // A local disk has the old file or the new one; network and FUSE file systems may say that it went stale instead.
      if (systemCode(error) !== "ESTALE" || look === LOOKS) return unreadable(error);
    }
  }
}

function readOnce(path: string): Reading {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return { type: "unusable", why: "is a folder" };
    if (!stat.isFile()) return { type: "unusable", why: "is not a regular file" };
    if (stat.size > MAX_BYTES) return { type: "unusable", why: `is too large (${stat.size} bytes)` };
    const bytes = new Uint8Array(stat.size);
    const length = stat.size === 0 ? 0 : readSync(fd, bytes, 0, stat.size, 0);
    return { type: "text", text: new TextDecoder().decode(bytes.subarray(0, length)) };
  } finally {
    closeSync(fd);
  }
}

function unreadable(error: unknown): Reading {
  const code = systemCode(error);
  if (code === "ENOENT") return { type: "absent" };
  if (code === "ELOOP") return { type: "unusable", why: "is a symbolic link" };
  if (code === "ENXIO") return { type: "unusable", why: "is a socket" };
  return { type: "unusable", why: `cannot be read (${code ?? String(error)})` };
}

/** What stands in the way of using `path` as a folder of ours; undefined when nothing does. */
export function folderProblem(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return "is a symbolic link";
    return stat.isDirectory() ? undefined : "is not a folder";
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "is not there" : `cannot be read (${systemCode(error)})`;
  }
}

export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/** Device and inode of what the name stands for now. Errors: `system`. */
export function fileId(path: string): FileId | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat === undefined ? undefined : { dev: stat.dev, ino: stat.ino };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** The names in a folder. Errors: `system`. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

function cannotRead(path: string, error: unknown): KnownError {
  return new KnownError("system", `cannot read ${path}: ${systemCode(error) ?? String(error)}`, {
    cause: error,
  });
}

/**
 * Writes `text` under the name `temporary` and renames it to `path`: seen complete or not at all, with mode 0644
 * whatever the umask. Returns the identity of the new file. Errors: `system`.
 */
export function replaceFile(path: string, temporary: string, text: string): FileId {
  for (let attempt = 1; ; attempt++) {
    try {
      return replaceOnce(path, temporary, text);
    } catch (error) {
      // One who uses the same temporary name took ours away, or made his between two steps of ours.
      const taken = ["ENOENT", "EEXIST"].includes(systemCode(error) ?? "");
      if (taken && attempt < ATTEMPTS) continue;
      removeLeftover(temporary);
      throw cannotWrite(path, error);
    }
  }
}

function replaceOnce(path: string, temporary: string, text: string): FileId {
  removeFile(temporary);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  let id: FileId;
  try {
    const bytes = new TextEncoder().encode(text);
    // A disk that fills up in the middle takes a part and reports no error.
    if (writeSync(fd, bytes) < bytes.length) throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
    fchmodSync(fd, 0o644);
    flush(fd);
    const stat = fstatSync(fd);
    id = { dev: stat.dev, ino: stat.ino };
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  return id;
}

const REMEDIES: Readonly<Record<string, string>> = {
  EROFS: "mount the coordination volume read-write in this container",
  EACCES: "give this container's user write access to the coordination volume (fsGroup, or mode 0777)",
  EPERM: "give this container's user write access to the coordination volume (fsGroup, or mode 0777)",
  ENOSPC: "the coordination volume is full: raise its sizeLimit",
  EDQUOT: "the coordination volume is full: raise its quota",
  ENOENT: "the coordination directory was taken away: nothing may remove or move it during a run",
  EISDIR: "a folder has this name: remove it",
  ENOTDIR: "a file has the name of a folder that is needed: remove it",
  EEXIST: "something else has this name: remove it",
};

export function cannotWrite(path: string, error: unknown): KnownError {
  const code = systemCode(error) ?? String(error);
  const remedy = REMEDIES[code];
  return new KnownError("system", `cannot write ${path}: ${code}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
