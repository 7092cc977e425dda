/** What becomes of volumes: full, read-only, slow, unreadable; and bytes that are not what they were. */
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Operation } from "../faulty-disk.ts";
import { chosen, type Fault, type Victim, type VolumeName } from "./fault.ts";

const SMALL_COORD = { name: "coord", as: "tmpfs" } as const;

const BREAKDOWNS: readonly (readonly Operation[])[] = [
  ["write"],
  ["read"],
  ["sync"],
  ["name"],
  ["look"],
  ["write", "sync", "name"],
  ["look", "read", "write", "sync", "name"],
];

function fill(pod: Victim["pod"]): void {
  try {
    for (;;) appendFileSync(pod.path("coord", "ballast"), new Uint8Array(16_384));
  } catch {
    // full
  }
}

function failing(name: VolumeName): Fault {
  return {
    stage: "during",
    volume: { name, as: "faulty disk" },
    do: (victim) => victim.disk?.fail(chosen(victim, BREAKDOWNS)),
  };
}

function failingForAMoment(name: VolumeName): Fault {
  return {
    stage: "during",
    volume: { name, as: "faulty disk" },
    async do(victim) {
      victim.disk?.fail(chosen(victim, BREAKDOWNS));
      await Bun.sleep(Math.min(victim.duration, 300));
      victim.disk?.heal();
    },
  };
}

function slow(name: VolumeName): Fault {
  return {
    stage: "during",
    volume: { name, as: "faulty disk" },
    async do(victim) {
      victim.disk?.slow(chosen(victim, [1, 5, 20, 80]));
      await Bun.sleep(victim.duration);
      victim.disk?.heal();
    },
  };
}

export const VOLUME_FAULTS = {
  "coordination volume: full": { stage: "during", volume: SMALL_COORD, do: ({ pod }) => fill(pod) },
  "coordination volume: full for a moment": {
    stage: "during",
    volume: SMALL_COORD,
    async do({ pod, duration }) {
      fill(pod);
      await Bun.sleep(Math.min(duration, 300));
      rmSync(pod.path("coord", "ballast"), { force: true });
    },
  },
  "coordination volume: read-only": {
    stage: "during",
    volume: SMALL_COORD,
    do: ({ pod }) => {
      Bun.spawnSync(["mount", "-o", "remount,ro", pod.path("coord")]);
    },
  },
  "coordination volume: EIO": failing("coord"),
  "coordination volume: EIO for a moment": failingForAMoment("coord"),
  "coordination volume: slow": slow("coord"),
  "store: full": {
    stage: "during",
    volume: { name: "store", as: "tmpfs" },
    do: ({ pod }) => {
      Bun.spawnSync(["mount", "-o", "remount,size=64k", pod.store.folder]);
    },
  },
  "store: EIO": failing("store"),
  "store: EIO for a moment": failingForAMoment("store"),
  "store: slow": slow("store"),
  "store: corrupted blob": {
    stage: "before",
    do: ({ pod }) => {
      const folder = join(pod.store.folder, "blob");
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const bytes = readFileSync(path);
        // The leaf of the 5000 bytes of the bundle, or of the control file of the database: nothing else is so large.
        if (bytes.length !== 5000 && !isControlFile(bytes)) continue;
        bytes.fill(0xa5, 17, 21);
        // The blobs of the database are links to those of other runs.
        writeFileSync(`${path}.new`, bytes);
        renameSync(`${path}.new`, path);
      }
    },
  },
  "input volume: EIO": failing("input"),
  "input volume: slow": slow("input"),
  "output volume: EIO": failing("output"),
  "output volume: slow": slow("output"),
} as const satisfies Readonly<Record<string, Fault>>;

/** `pg_control` of Postgres 13 to 15: 8192 bytes, of which all behind the first few hundred are zero. */
function isControlFile(bytes: Buffer): boolean {
  return bytes.length === 8192 && [1300, 1201].includes(bytes.readUInt32LE(8));
}
