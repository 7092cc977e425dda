import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A full file becomes `FILE.1`, so one command's log takes at most twice this. */
const FULL_BYTES = 8 * 1024 * 1024;

/**
 * The log file of one command, bounded, with its end always kept. Writing never fails the command: a full disk
 * must not stop a transfer to another one. Without a path everything is dropped.
 */
export class LogFile {
  readonly #path: string | undefined;
  #fd: number | undefined;
  #written = 0;

  constructor(path: string | undefined) {
    this.#path = path;
    if (path === undefined) return;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#fd = openSync(path, "w", 0o600);
    } catch {
      this.#fd = undefined;
    }
  }

  /** The path, when there is really a file to look into. */
  get path(): string | undefined {
    return this.#fd === undefined ? undefined : this.#path;
  }

  write(chunk: Uint8Array): void {
    if (this.#fd === undefined) return;
    try {
      if (this.#written >= FULL_BYTES) this.#rotate();
      this.#written += writeSync(this.#fd, chunk);
    } catch {
      // Nowhere to tell: the log that would tell it is the one that cannot be written.
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #rotate(): void {
    if (this.#path === undefined || this.#fd === undefined) return;
    renameSync(this.#path, `${this.#path}.1`);
    const next = openSync(this.#path, "w", 0o600);
    closeSync(this.#fd);
    this.#fd = next;
    this.#written = 0;
  }
}
