import * as fs from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { showName } from "../../../core/storage/names.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;

/** Open folders kept at hand; neighbours in a file list mostly share theirs. */
const FOLDERS_KEPT = 64;

/** datamon creates folders so. */
const FOLDER_MODE = 0o700;

/**
 * Reaches files below an open folder without ever leaving it, whatever is put in the way meanwhile. Node has no
 * openat(2), but `/proc/self/fd/N/name` does the same: the path starts at the folder that is open as `N`, not at
 * what its name has become. Each folder on the way is opened from its parent with O_NOFOLLOW, one segment at a time,
 * so a symbolic link is refused at every step and there is no moment between looking and using.
 */
export class SafeFolder {
  readonly root: number;
  readonly #open = new Map<string, number>();

  /** `root` stays the caller's to close. */
  constructor(root: number) {
    this.root = root;
  }

  /**
   * A path for the file `name` (checked by `nameFault`), to be used at once; its last segment is still to be opened
   * with O_NOFOLLOW. Undefined when a folder above is missing and none may be created. Errors: `system`.
   */
  locate(name: string, missing: "create" | "leave"): string | undefined {
    const end = name.lastIndexOf("/");
    const folder = end < 0 ? this.root : this.#folder(name.slice(0, end), missing);
    return folder === undefined ? undefined : inFolder(folder, name.slice(end + 1));
  }

  close(): void {
    for (const fd of this.#open.values()) fs.closeSync(fd);
    this.#open.clear();
  }

  #folder(path: string, missing: "create" | "leave"): number | undefined {
    const kept = this.#open.get(path);
    if (kept !== undefined) return kept;
    const end = path.lastIndexOf("/");
    const parent = end < 0 ? this.root : this.#folder(path.slice(0, end), missing);
    if (parent === undefined) return undefined;
    const fd = openBelow(inFolder(parent, path.slice(end + 1)), path, missing);
    if (fd !== undefined) this.#keep(path, fd);
    return fd;
  }

  #keep(path: string, fd: number): void {
    for (const [oldest, old] of this.#open) {
      if (this.#open.size < FOLDERS_KEPT) break;
      this.#open.delete(oldest);
      fs.closeSync(old);
    }
    this.#open.set(path, fd);
  }
}

/** The path of a direct child of an open folder. */
export function inFolder(folder: number, child: string): string {
  return `/proc/self/fd/${folder}/${child}`;
}

/** What an error says, with the path of the folder that `inFolder` hides. */
export function withRealPath(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\/proc\/self\/fd\/\d+/g, (link) => {
    try {
      return fs.readlinkSync(link);
    } catch {
      return link;
    }
  });
}

/** Opens a folder, creating it and those above; only here may a link be followed: the caller named this path. */
export function openRoot(path: string): number {
  fs.mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  return fs.openSync(path, O_RDONLY | O_DIRECTORY);
}

/** Opens the child folder of an open one, never through a link. Errors: `system`. */
export function openChild(folder: number, child: string, missing: "create" | "leave"): number | undefined {
  return openBelow(inFolder(folder, child), child, missing);
}

function openBelow(path: string, name: string, missing: "create" | "leave"): number | undefined {
  const open = () => fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    return open();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" && missing === "leave") return undefined;
    if (code === "ENOENT") return createAndOpen(path, name, open);
    throw refusal(name, code, error);
  }
}

function createAndOpen(path: string, name: string, open: () => number): number {
  try {
    fs.mkdirSync(path, { mode: FOLDER_MODE });
  } catch (error) {
    // Another worker may have been faster.
    if (systemCode(error) !== "EEXIST") throw refusal(name, systemCode(error), error);
  }
  try {
    return open();
  } catch (error) {
    throw refusal(name, systemCode(error), error);
  }
}

function refusal(name: string, code: string | undefined, cause: unknown): KnownError {
  const link = code === "ENOTDIR" || code === "ELOOP";
  const why = link ? "it is a file or a symbolic link" : withRealPath(cause);
  return new KnownError("system", `cannot use the folder ${showName(name)} in the destination: ${why}`, {
    cause,
    remedy: link
      ? "move it away, or choose an empty destination"
      : "check the permissions of the destination",
  });
}
