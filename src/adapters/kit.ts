import { createHash, randomUUID } from "node:crypto";
import { createReadStream, readlinkSync } from "node:fs";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  statfs,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { KnownError, systemCode } from "../core/errors.ts";

/** Read and run by everybody, changed by nobody. */
const MODE = 0o555;
const MEGABYTE = 1_000_000;
/** `f_type` of tmpfs, in statfs(2). */
const TMPFS = 0x01021994;

export interface Installed {
  readonly files: number;
  readonly bytes: number;
  /** The folder lies in memory, which is counted as the pod's. */
  readonly inMemory: boolean;
}

/** The folder of the kit that this process runs from: our program, or its loader, lies in `lib`. */
export function ownKit(): string {
  return dirname(dirname(readlinkSync("/proc/self/exe")));
}

/**
 * Copies the kit `source` into the folder `destination`: `lib` first, the names that people call last, each
 * file complete before it gets its name. Several may do so at once. Errors: `system` when the folder cannot be
 * written, is too small, or does not give back what was written.
 */
export async function installKit(source: string, destination: string): Promise<Installed> {
  try {
    await mkdir(join(destination, "lib"), { recursive: true });
    if ((await realpath(source)) === (await realpath(destination))) {
      throw new KnownError("system", `cannot install into "${destination}": the kit runs from there`, {
        remedy: "name another folder",
      });
    }
    const paths = await entriesOf(source);
    let bytes = 0;
    for (const path of paths) bytes += (await lstat(join(source, path))).size;
    const volume = await statfs(destination);
    const free = volume.bavail * volume.bsize;
    if (free < bytes) {
      throw new KnownError("system", `cannot install into "${destination}": ${room(free, bytes)}`, {
        remedy: "give the volume more room",
      });
    }
    for (const path of paths) await installEntry(join(source, path), join(destination, path));
    return { files: paths.length, bytes, inMemory: volume.type === TMPFS };
  } catch (error) {
    if (error instanceof KnownError) throw error;
    throw new KnownError("system", `cannot install into "${destination}": ${reasonOf(error)}`, {
      cause: error,
      remedy: "mount a writable volume there, or make the folder writable for this user",
    });
  }
}

/** Paths inside the kit, in the order in which they may appear. */
async function entriesOf(kit: string): Promise<string[]> {
  const lib = (await readdir(join(kit, "lib"))).map((name) => join("lib", name));
  const names = (await readdir(kit)).filter((name) => name !== "lib");
  return [...lib, ...names];
}

async function installEntry(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.install-${randomUUID()}`);
  try {
    if ((await lstat(from)).isSymbolicLink()) {
      await symlink(await readlink(from), temporary);
    } else {
      await copyFile(from, temporary);
      if ((await digest(from)) !== (await digest(temporary))) {
        throw new KnownError(
          "system",
          `cannot install "${to}": what was written there reads back differently`,
          {
            remedy: "look at the volume's health",
          },
        );
      }
      await chmod(temporary, MODE);
    }
    await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function reasonOf(error: unknown): string {
  switch (systemCode(error)) {
    case "EACCES":
    case "EPERM":
      return `user ${process.getuid?.()} may not write there`;
    case "EROFS":
      return "it is read-only";
    case "ENOSPC":
    case "EDQUOT":
      return "there is no room left";
    case "ENOTDIR":
    case "EEXIST":
      return "it is not a folder";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function room(free: number, needed: number): string {
  return `it has ${Math.floor(free / MEGABYTE)} MB free, and ${Math.ceil(needed / MEGABYTE)} MB are needed`;
}
