import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { KnownError, systemCode } from "../../core/errors.ts";
import { readUpTo, writeFully } from "../engines/native/local-file.ts";
import type { Bucket, ObjectStore } from "../engines/native/object-store.ts";
import { flush } from "../flush.ts";
import { removeLeftover } from "../remove-file.ts";

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = fs.constants;

/** datamon's own modes on a local folder. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Objects on their way, in a folder of their own in each bucket, where no reader of keys looks: whoever finds them
 * there need not read a bucket of millions to tell them from objects.
 */
const UNFINISHED = ".unfinished";
/**
 * An object has some megabytes and is on its way for moments. By the store's own clock, as hosts that share it need
 * not agree: a file was last written a day before anything else happened in the folder. If its writer lives after
 * all, stopped for a day, it finds its file gone and fails.
 */
const NOBODYS_AFTER_MS = 24 * 60 * 60 * 1000;
/** Two writers may take turns in making and removing the folder. */
const ATTEMPTS = 100;

/** A store in a local folder: a sub-folder for each bucket, a key is a path in it. Nothing here waits. */
export function folderStore(url: string, root: string): ObjectStore {
  return { url, bucket: (name) => new FolderBucket(join(root, name)) };
}

class FolderBucket implements Bucket {
  readonly #root: string;
  readonly #unfinished: string;

  constructor(root: string) {
    this.#root = root;
    this.#unfinished = join(root, UNFINISHED);
  }

  read(key: string, into: Uint8Array): number | undefined {
    return this.#reading(key, (fd) => {
      const filled = readUpTo(fd, into);
      return filled < into.length ? filled : fs.fstatSync(fd).size;
    });
  }

  get(key: string, limit: number): Uint8Array | undefined {
    return this.#reading(key, (fd) => {
      const { size } = fs.fstatSync(fd);
      if (size > limit) throw new Error(`it has ${size} bytes, more than the ${limit} expected at most`);
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readUpTo(fd, bytes));
    });
  }

  compare(key: string, bytes: Uint8Array, by: "bytes" | "size"): "same" | "different" | "absent" {
    const answer = this.#reading(key, (fd) => {
      if (fs.fstatSync(fd).size !== bytes.length) return "different";
      return by === "size" || sameBytes(fd, bytes) ? "same" : "different";
    });
    return answer ?? "absent";
  }

  put(key: string, bytes: Uint8Array): void {
    this.#writing(key, bytes, (temporary, path) => inFolderOf(path, () => fs.renameSync(temporary, path)));
  }

  create(key: string, bytes: Uint8Array): boolean {
    if (fs.existsSync(join(this.#root, key))) return false;
    return this.#writing(key, bytes, (temporary, path) => {
      try {
        // A hard link appears whole and, unlike a rename, never replaces what another writer put there first.
        inFolderOf(path, () => fs.linkSync(temporary, path));
        return true;
      } catch (error) {
        if (systemCode(error) === "EEXIST") return false;
        throw error;
      } finally {
        removeLeftover(temporary);
      }
    });
  }

  list(prefix: string): string[] {
    try {
      return fs.readdirSync(join(this.#root, prefix)).filter((name) => !name.startsWith("."));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw failure("list", join(this.#root, prefix), error);
    }
  }

  tidy(): void {
    try {
      const changed = fs.statSync(this.#unfinished).mtimeMs;
      for (const name of fs.readdirSync(this.#unfinished)) {
        const path = join(this.#unfinished, name);
        if (changed - fs.lstatSync(path).mtimeMs > NOBODYS_AFTER_MS) fs.unlinkSync(path);
      }
      fs.rmdirSync(this.#unfinished);
    } catch {
      // Not there, in use, or being tidied by another: the next one to write tidies again.
    }
  }

  #reading<T>(key: string, use: (fd: number) => T): T | undefined {
    const path = join(this.#root, key);
    let fd: number | undefined;
    try {
      fd = fs.openSync(path, O_RDONLY);
      return use(fd);
    } catch (error) {
      if (fd === undefined && systemCode(error) === "ENOENT") return undefined;
      throw failure("read", path, error);
    } finally {
      if (fd !== undefined) fs.closeSync(fd);
    }
  }

  #writing<T>(key: string, bytes: Uint8Array, publish: (temporary: string, path: string) => T): T {
    const path = join(this.#root, key);
    const temporary = join(this.#unfinished, crypto.randomUUID());
    let written = false;
    try {
      const fd = inFolderOf(temporary, () => fs.openSync(temporary, O_CREAT | O_EXCL | O_WRONLY, FILE_MODE));
      written = true;
      try {
        writeFully(fd, bytes, 0);
        flush(fd);
      } finally {
        fs.closeSync(fd);
      }
      return publish(temporary, path);
    } catch (error) {
      if (written) removeLeftover(temporary);
      throw failure("write", path, error);
    }
  }
}

/** Does what puts something at a path, making the folders above when they are missing. */
function inFolderOf<T>(path: string, put: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return put();
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || attempt === ATTEMPTS) throw error;
      makeFolder(dirname(path));
    }
  }
}

/** Of a folder that another takes away while it is being made, `mkdirSync` says that it exists: the next attempt tells. */
function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

const CHUNK = 256 * 1024;
let chunk: Buffer | undefined;

function sameBytes(fd: number, bytes: Uint8Array): boolean {
  chunk ??= Buffer.allocUnsafe(CHUNK);
  for (let at = 0; at < bytes.length;) {
    const count = fs.readSync(fd, chunk, 0, Math.min(CHUNK, bytes.length - at), at);
    if (count === 0 || chunk.compare(bytes, at, at + count, 0, count) !== 0) return false;
    at += count;
  }
  return true;
}

function failure(verb: string, path: string, error: unknown): KnownError {
  const why = error instanceof Error ? error.message : String(error);
  const full = systemCode(error) === "ENOSPC" || systemCode(error) === "EDQUOT";
  return new KnownError("transfer", `cannot ${verb} ${path} in the store: ${why}`, {
    cause: error,
    ...(full
      ? { remedy: "free some space in the store and run it again: what is stored is found again" }
      : {}),
  });
}
