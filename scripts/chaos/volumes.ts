/** Gives folders of a pod the volumes that its faults ask for. */
import { mkdirSync } from "node:fs";
import type { Pod } from "../../test/support/pod.ts";
import type { VolumeName } from "./faults/fault.ts";
import { FAULTS } from "./faults/index.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import type { Plan } from "./plan.ts";

export type Disks = ReadonlyMap<VolumeName, FaultyDisk>;

/** Enough for a store with a database, until a fault makes it small. */
const STORE_SIZE = "64m";
const COORD_SIZE = "256k";

export function makeVolumes(plan: Plan, pod: Pod): Disks {
  const disks = new Map<VolumeName, FaultyDisk>();
  for (const { kind } of plan.faults) {
    const { volume } = FAULTS[kind];
    if (volume === undefined) continue;
    const folder = folderOf(volume.name, plan, pod);
    mkdirSync(folder, { recursive: true });
    if (volume.as === "tmpfs") overlay(folder, volume.name === "store" ? STORE_SIZE : COORD_SIZE);
    else if (!disks.has(volume.name)) {
      disks.set(volume.name, new FaultyDisk(folder, pod.path(`disk-${volume.name}`)));
    }
  }
  return disks;
}

/** Every volume over the folder; one may hide another. */
export function unmountAll(folder: string): void {
  while (Bun.spawnSync(["umount", "-l", folder], { stderr: "ignore" }).success) continue;
}

export function folderOf(volume: VolumeName, { mode }: Plan, pod: Pod): string {
  if (volume === "store") return pod.store.folder;
  if (volume === "coord") return pod.path("coord");
  if (mode === "postgres") return pod.path("pg");
  if (volume === "output") return pod.path("out");
  // The fixture serves a mount from a copy in its scratch folder.
  return pod.path(mode === "mount" ? "scratch" : "in");
}

/** Puts a tmpfs over the folder, with what the folder holds. */
function overlay(folder: string, size: string): void {
  const copy = `${folder}-copy`;
  Bun.spawnSync(["cp", "-a", folder, copy]);
  Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${size},mode=777`, "tmpfs", folder]);
  Bun.spawnSync(["sh", "-c", 'cp -a "$1"/. "$2" && rm -rf "$1"', "sh", copy, folder]);
}
