import { writeSync } from "node:fs";
import { systemCode } from "../core/errors.ts";

const EAGAIN_PAUSE_MS = 1;

/**
 * Writes all of `text` to a file descriptor before it returns. `process.stdout.write` followed by an exit
 * loses what a slow pipe has not taken yet; a closed pipe (EPIPE) ends the writing without a word, as for `head`.
 */
export function writeAll(fd: number, text: string): void {
  let rest: Uint8Array = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = systemCode(error);
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(EAGAIN_PAUSE_MS);
    }
  }
}
