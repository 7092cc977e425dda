import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { KnownError, systemCode } from "../core/errors.ts";

/** Files that receive the id of an uploaded bundle (`-i FILE`, `idFile`). */
export const idFiles = {
  /** Errors: `configuration` when the file is there already: its id would be taken for that of this run. */
  expectAbsent(path: string): void {
    if (!existsSync(path)) return;
    throw new KnownError("configuration", `cannot write a bundle id to ${path}: the file exists already`, {
      remedy: "remove it, or name another file",
    });
  },

  /** Creates the file, and its folder. Errors: `system`. */
  write(path: string, id: string): void {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${id}\n`);
    } catch (error) {
      throw new KnownError("system", `cannot write the bundle id ${id} to ${path}: ${systemCode(error)}`, {
        cause: error,
      });
    }
  },
};
