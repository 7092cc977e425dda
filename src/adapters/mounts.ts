import { readFileSync } from "node:fs";
import type { Environment } from "../core/child-environment.ts";
import { KnownError } from "../core/errors.ts";
import { type MountEntry, mountAt, parseMountTable } from "../core/mount-table.ts";
import { lastLines } from "../core/datamon-output.ts";
import { findOnPath, type Run, run as realRun } from "./processes.ts";

const MOUNT_TABLE = "/proc/self/mountinfo";

/**
 * Ways to take a mount out of the table at once although it is in use, best first: the set-user-id helpers of
 * FUSE 3 and FUSE 2 work for the user who mounted, `umount` for root.
 */
const LAZY_UNMOUNTS = [
  ["fusermount3", "-u", "-z"],
  ["fusermount", "-u", "-z"],
  ["umount", "-l"],
] as const;

export interface Mounts {
  /** The mount seen at `realPath` in our mount namespace. Reading the table takes some 50 µs. */
  at(realPath: string): MountEntry | undefined;
  /**
   * Takes every mount at `realPath` for which `which` says so out of the table, in use or not.
   * Errors: `system` when one stays.
   */
  detach(realPath: string, which: (entry: MountEntry) => boolean): Promise<void>;
}

function at(realPath: string): MountEntry | undefined {
  return mountAt(parseMountTable(readFileSync(MOUNT_TABLE, "utf8")), realPath);
}

export function createMounts(options: { readonly env?: Environment; readonly run?: Run } = {}): Mounts {
  const env = options.env ?? process.env;
  const run = options.run ?? realRun;

  /** True when one of the mounts is gone; else the last words of those who tried are in `said`. */
  const detachTopmost = async (realPath: string, said: string[]): Promise<boolean> => {
    for (const [program, ...flags] of LAZY_UNMOUNTS) {
      if (findOnPath(program, env) === undefined) continue;
      const { outcome, stderr } = await run(program, [...flags, realPath], { env });
      if (outcome.type === "code" && outcome.code === 0) return true;
      said.push(...lastLines(stderr, 1));
    }
    return false;
  };

  return {
    at,
    async detach(realPath, which) {
      for (;;) {
        const entry = at(realPath);
        if (entry === undefined || !which(entry)) return;
        const said: string[] = [];
        if ((await detachTopmost(realPath, said)) || at(realPath)?.id !== entry.id) continue;
        const why =
          said.length === 0 ? "neither fusermount3, fusermount nor umount is on PATH" : said.join("; ");
        throw new KnownError("system", `cannot unmount "${realPath}": ${why}`, {
          remedy: "the container needs /dev/fuse, and fusermount3 (package fuse3) or root",
        });
      }
    },
  };
}
