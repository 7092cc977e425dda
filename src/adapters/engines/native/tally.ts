import type { Report } from "../../../ports.ts";

/** Counts what is done of a transfer and reports it. */
export class Tally {
  readonly #report: Report;
  readonly #totalFiles: number;
  readonly #totalBytes: number;
  #files = 0;
  #bytes = 0;

  constructor(report: Report, totalFiles: number, totalBytes: number) {
    this.#report = report;
    this.#totalFiles = totalFiles;
    this.#totalBytes = totalBytes;
    this.add(0, 0);
  }

  add(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
    this.#report({
      files: this.#files,
      totalFiles: this.#totalFiles,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
    });
  }
}

export function sizeOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
