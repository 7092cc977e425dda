import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { RECORD_FOLDER } from "../../../core/storage/keys.ts";

/** Inside the destination, which may be a volume of its own: renaming within it is one step. */
const DOWNLOADING = ".datamon-sidecar-downloading";
/** The same folder once all in it is verified and only has to be moved. */
const VERIFIED = ".datamon-sidecar-verified";
/** datamon makes its folders for their owner alone. */
const FOLDER_MODE = 0o700;
/** `lost+found`: a fresh ext4 volume is not empty. */
const NOT_FOREIGN: ReadonlySet<string> = new Set([DOWNLOADING, VERIFIED, "lost+found"]);

/**
 * The place where the command downloads to. It does not resume, refuses a folder that holds anything and leaves
 * parts behind when it fails; here all that can be wiped, for the name is ours, and what appears at the
 * destination is complete and verified.
 *
 *     (nothing) → downloading → verified → moved, `.datamon` as the last
 */
export class Staging {
  /** Where to download to. */
  readonly folder: string;
  readonly #destination: string;
  readonly #verified: string;

  constructor(destination: string) {
    this.#destination = destination;
    this.folder = join(destination, DOWNLOADING);
    this.#verified = join(destination, VERIFIED);
  }

  /**
   * Makes the destination if it is missing, finishes a move that was cut off, wipes an unverified download, and
   * tells which other names the destination holds. Errors: `system`.
   */
  async prepare(): Promise<string[]> {
    return this.#guarded("prepare", async () => {
      await mkdir(this.#destination, { recursive: true, mode: FOLDER_MODE });
      const names = await readdir(this.#destination);
      if (names.includes(VERIFIED)) await this.#moveOut();
      await this.remove();
      return (await readdir(this.#destination)).filter((name) => !NOT_FOREIGN.has(name));
    });
  }

  /** An empty folder for one attempt. */
  async clear(): Promise<void> {
    await this.remove();
    await this.#guarded("make a folder in", () => mkdir(this.folder, { mode: FOLDER_MODE }));
  }

  async remove(): Promise<void> {
    await this.#guarded("clean", () => rm(this.folder, { recursive: true, force: true }));
  }

  /** Moves what was downloaded and verified to the destination. */
  async publish(): Promise<void> {
    await this.#guarded("move files into", async () => {
      await rename(this.folder, this.#verified);
      await this.#moveOut();
    });
  }

  /** `.datamon` says which bundle a folder holds: it comes last. */
  async #moveOut(): Promise<void> {
    const names = await readdir(this.#verified);
    const files = names.filter((name) => name !== RECORD_FOLDER);
    for (const name of [...files, ...names.filter((other) => other === RECORD_FOLDER)]) {
      await rename(join(this.#verified, name), join(this.#destination, name));
    }
    await rmdir(this.#verified);
  }

  async #guarded<T>(verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof KnownError) throw cause;
      const why = systemCode(cause) ?? String(cause);
      throw new KnownError("system", `cannot ${verb} the destination "${this.#destination}": ${why}`, {
        cause,
      });
    }
  }
}
