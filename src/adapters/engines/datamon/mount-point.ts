import { mkdir, realpath, stat } from "node:fs/promises";
import { KnownError, systemCode } from "../../../core/errors.ts";
import type { MountEntry } from "../../../core/mount-table.ts";
import type { Log } from "../../../ports.ts";
import type { Mounts } from "../../mounts.ts";

/** The type in the mount table of everything `datamon bundle mount` serves. */
export function isDatamonMount(entry: MountEntry): boolean {
  return entry.type === "fuse.datamon";
}

/**
 * The real path of a mount point: the form in which the mount table will name it. A mount that a killed
 * predecessor left there, dead or still served, is taken away first.
 * Errors: `system` when it is no folder and cannot be made one, or when what is there cannot be unmounted.
 */
export async function preparedMountPoint(path: string, mounts: Mounts, log: Log): Promise<string> {
  const point = await madeIfMissing(path).catch((cause: unknown) => {
    throw unusable(path, systemCode(cause) ?? String(cause), cause);
  });
  await takeAwayLeft(point, mounts, log);
  const entry = await stat(point).catch((cause: unknown) => {
    throw unusable(path, systemCode(cause) ?? String(cause), cause);
  });
  if (!entry.isDirectory()) throw unusable(path, "it is not a folder");
  return point;
}

async function madeIfMissing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await mkdir(path, { recursive: true });
    return await realpath(path);
  }
}

/** The same for a mount point that is not needed any more, and may be gone. Errors: `system`. */
export async function clearedMountPoint(path: string, mounts: Mounts, log: Log): Promise<void> {
  const point = await realpath(path).catch(() => undefined);
  if (point !== undefined) await takeAwayLeft(point, mounts, log);
}

async function takeAwayLeft(point: string, mounts: Mounts, log: Log): Promise<void> {
  const left = mounts.at(point);
  if (left === undefined || !(isDatamonMount(left) || (await isDead(point)))) return;
  log.warn("taking away a mount that an earlier sidecar left", { mountPoint: point, type: left.type });
  await mounts.detach(point, (entry) => entry.type.startsWith("fuse"));
}

/** A FUSE mount whose server is gone answers every call so. */
async function isDead(point: string): Promise<boolean> {
  return stat(point).then(
    () => false,
    (error: unknown) => systemCode(error) === "ENOTCONN",
  );
}

function unusable(path: string, why: string, cause?: unknown): KnownError {
  return new KnownError("system", `cannot mount at "${path}": ${why}`, {
    cause,
    remedy: "the mount point must be a folder, or a name where one can be made",
  });
}
