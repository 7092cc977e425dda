import { unlinkSync } from "node:fs";
import { systemCode } from "../core/errors.ts";

/**
 * Removes a file that may be absent. Errors: those of unlink(2); of `rmSync` with `force` nearly all are EFAULT, whatever
 * happened.
 */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** Removes what is left of a failure, if it can be: the failure itself is worth more than a word on this. */
export function removeLeftover(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Whoever comes next replaces it.
  }
}
