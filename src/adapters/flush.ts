import { fsyncSync, statfsSync } from "node:fs";

/** Of statfs(2): ext2 to ext4, XFS, Btrfs, F2FS, ZFS, tmpfs, overlay. */
const LOCAL = new Set([0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x2fc1_2fc1, 0x0102_1994, 0x794c_7630]);

/**
 * Has everything written to an open file arrive, where that may still fail: on a network disk or in a FUSE file system
 * close(2) is what reports lost bytes, and Bun's `closeSync` keeps it to itself. On a local disk it returns at once.
 * Errors: those of fsync(2).
 */
export function flush(fd: number): void {
  if (!LOCAL.has(statfsSync(`/proc/self/fd/${fd}`).type)) fsyncSync(fd);
}
