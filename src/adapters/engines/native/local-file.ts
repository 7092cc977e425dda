import * as fs from "node:fs";

/** Fills as much of `into` as the file has from a position; the number of bytes. */
export function readUpTo(fd: number, into: Uint8Array, position = 0): number {
  let filled = 0;
  while (filled < into.length) {
    const count = fs.readSync(fd, into, filled, into.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Fills `into` from a position of an open file. False when the file ends before. */
export function readExactly(fd: number, into: Uint8Array, position: number): boolean {
  return readUpTo(fd, into, position) === into.length;
}

/**
 * One write of megabytes makes the kernel look for page cache in blocks of 2 MiB, which on a virtual machine are often
 * handed back to the host and slow to get again: ten times slower than this was measured (ext4, kernel 6.18).
 */
const WRITE_BYTES = 256 * 1024;

export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length;) {
    const count = Math.min(WRITE_BYTES, bytes.length - written);
    written += fs.writeSync(fd, bytes, written, count, position + written);
  }
}

/** What changes when a file is written to or replaced; nanoseconds. */
export interface Fingerprint {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

export function fingerprint(stat: fs.BigIntStats): Fingerprint {
  return {
    device: stat.dev,
    inode: stat.ino,
    size: stat.size,
    modified: stat.mtimeNs,
    changed: stat.ctimeNs,
  };
}

export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.device === b.device &&
    a.inode === b.inode &&
    a.size === b.size &&
    a.modified === b.modified &&
    a.changed === b.changed
  );
}
