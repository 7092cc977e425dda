import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** More threads than this only compete for the disk, and each takes some 12 MB. */
const MOST_USEFUL = 16;

/** How many threads may compute at once: the cores we may run on, less what a CPU limit of the container takes. */
export function coresGiven(): number {
  const limits = cpuLimits(readOr("/proc/self/cgroup"), readOr).map(Math.ceil);
  return Math.max(1, Math.min(availableParallelism(), MOST_USEFUL, ...limits));
}

/**
 * CPU limits in cores, from the cgroups a process is in (cgroup-v1 cpu.cfs_quota_us, cgroup-v2 cpu.max), nearest first.
 * A container may see its own group as the root, or its full path on the host but only the root mounted: both are
 * looked at, and every group above counts.
 */
export function cpuLimits(groups: string, read: (path: string) => string): number[] {
  const limits: number[] = [];
  for (const line of groups.split("\n")) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    const v2 = line.startsWith("0::");
    if (!v2 && !controllers.split(",").includes("cpu")) continue;
    for (const group of withParents(path)) {
      const limit = v2 ? limitV2(read(`/sys/fs/cgroup${group}/cpu.max`)) : limitV1(group, controllers, read);
      if (limit !== undefined) limits.push(limit);
    }
  }
  return limits;
}

function limitV2(text: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text) ?? [];
  return quota === undefined ? undefined : Number(quota) / Number(period);
}

function limitV1(group: string, controllers: string, read: (path: string) => string): number | undefined {
  const folder = `/sys/fs/cgroup/${controllers}${group}`;
  const quota = Number.parseInt(read(`${folder}/cpu.cfs_quota_us`), 10);
  const period = Number.parseInt(read(`${folder}/cpu.cfs_period_us`), 10);
  return quota > 0 && period > 0 ? quota / period : undefined;
}

/** `/a/b`, `/a`, and the root as the empty text. */
function withParents(path: string): string[] {
  const groups = [""];
  for (const segment of path.split("/").filter((part) => part !== "" && part !== "..")) {
    groups.unshift(`${groups[0]}/${segment}`);
  }
  return groups;
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
