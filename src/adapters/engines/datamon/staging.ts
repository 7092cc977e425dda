import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { METADATA_FOLDER } from "./verify.ts";

/** Inside the destination, which may be a volume of its own: renaming within it is one step. */
export const STAGING_FOLDER = ".datamon-sidecar-download";
/** datamon makes its folders for their owner alone. */
const FOLDER_MODE = 0o700;
/** A fresh ext4 volume is not empty. */
const OF_THE_VOLUME: ReadonlySet<string> = new Set([STAGING_FOLDER, "lost+found"]);

/**
 * The place where the command downloads to. It does not resume, refuses a folder that holds anything and leaves
 * parts behind when it fails; here all that can be wiped, for the name is ours, and what appears at the
 * destination is complete and verified.
 */
export class Staging {
  readonly folder: string;
  readonly #destination: string;

  constructor(destination: string) {
    this.#destination = destination;
    this.folder = join(destination, STAGING_FOLDER);
  }

  /**
   * Makes the destination if it is missing, ends a publishing that was cut off, wipes what else an earlier attempt
   * left, and tells which foreign names the destination holds. Errors: `system`.
   */
  async prepare(): Promise<string[]> {
    return this.#guarded("prepare", async () => {
      await mkdir(this.#destination, { recursive: true, mode: FOLDER_MODE });
      const names = await readdir(this.#destination);
      if (names.includes(STAGING_FOLDER)) {
        const staged = await readdir(this.folder);
        const published = names.includes(METADATA_FOLDER) && !staged.includes(METADATA_FOLDER);
        if (published) await this.#moveAll(staged);
        await this.remove();
      }
      return (await readdir(this.#destination)).filter((name) => !OF_THE_VOLUME.has(name));
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

  /** Moves what was downloaded and verified to the destination; `.datamon` first, as the sign that it was. */
  async publish(): Promise<void> {
    await this.#guarded("move files into", async () => {
      const names = await readdir(this.folder);
      const rest = names.filter((name) => name !== METADATA_FOLDER);
      await this.#moveAll([METADATA_FOLDER, ...rest]);
    });
    await this.remove();
  }

  async #moveAll(names: readonly string[]): Promise<void> {
    for (const name of names) await rename(join(this.folder, name), join(this.#destination, name));
  }

  async #guarded<T>(verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const why = systemCode(cause) ?? String(cause);
      throw new KnownError("system", `cannot ${verb} the destination "${this.#destination}": ${why}`, {
        cause,
      });
    }
  }
}
