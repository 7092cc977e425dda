/** What is done to one pod, drawn from a seed. */
import type { Draw } from "./random.ts";
import { type FaultKind, FAULTS } from "./faults/index.ts";

/** What the sidecar serves: bundles that it downloads, a bundle that it mounts, or a database. */
export type Mode = "download" | "mount" | "postgres";

export function isMode(text: string): text is Mode {
  return ["download", "mount", "postgres"].includes(text);
}

export type Target = "wrapper" | "sidecar";

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly target: Target;
  /** Milliseconds after the containers were started. */
  readonly at: number;
  /** For what lasts. */
  readonly duration: number;
  /** For what can be done in several ways. */
  readonly choice: number;
}

export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  /** Whether a database comes out of a bundle; else it is a new one. */
  readonly restored: boolean;
  /** Ours are called and configured as the programs of old were. */
  readonly oldNames: boolean;
  /** Which of the two is an old program. */
  readonly old: Target | "none";
  readonly exitCode: number;
  /** How long the application runs, milliseconds. */
  readonly applicationTime: number;
  /** From the start of one container to that of the other; negative: the sidecar comes first. */
  readonly gap: number;
  readonly upload: "on-success" | "always" | "never";
  readonly faults: readonly PlannedFault[];
  /** Containers that die are started again up to so many times, after so many milliseconds. */
  readonly restarts: number;
  readonly restartAfter: number;
}

/** What this machine can run. */
export interface Parts {
  readonly mounts: boolean;
  readonly postgres: boolean;
  readonly faultyDisk: boolean;
}

/** @param only part of the names of the faults to draw from */
export function planFrom(seed: number, draw: Draw, parts: Parts, only: string): Plan {
  const count = pick(draw, [0, 1, 1, 1, 1, 2, 2, 3]);
  const kinds = (Object.keys(FAULTS) as FaultKind[]).filter(
    (kind) => kind.includes(only) && (parts.faultyDisk || FAULTS[kind].volume?.as !== "faulty disk"),
  );
  const faults = Array.from({ length: only === "" ? count : Math.max(1, count) }, () => {
    const kind = pick(draw, kinds);
    const target = pick(draw, ["wrapper", "sidecar"] as const);
    const at = FAULTS[kind].stage === "before" ? 0 : draw(900);
    return { kind, target, at, duration: pick(draw, [50, 300, 1500, 2500]), choice: draw(1000) };
  });
  const mode = pick(draw, MODES);
  const isThere = mode === "download" || (mode === "mount" ? parts.mounts : parts.postgres);
  return {
    seed,
    mode: isThere ? mode : "download",
    restored: pick(draw, [true, false]),
    oldNames: pick(draw, [false, false, true]),
    old: pick(draw, ["none", "none", "none", "none", "none", "none", "none", "none", "wrapper", "sidecar"]),
    exitCode: pick(draw, [0, 0, 0, 3]),
    applicationTime: pick(draw, [0, 100, 300, 600]),
    gap: draw(300) - 150,
    upload: pick(draw, ["on-success", "on-success", "on-success", "on-success", "always", "never"]),
    faults: withoutConflicts(faults).toSorted((a, b) => a.at - b.at),
    restarts: pick(draw, [0, 0, 1, 2]),
    restartAfter: pick(draw, [20, 200, 700]),
  };
}

/** A volume is of one kind: the first fault has its way. */
function withoutConflicts(faults: readonly PlannedFault[]): PlannedFault[] {
  const volumes = new Map<string, string>();
  return faults.filter(({ kind }) => {
    const { volume } = FAULTS[kind];
    if (volume === undefined) return true;
    const { name, as } = volume;
    if (!volumes.has(name)) volumes.set(name, as);
    return volumes.get(name) === as;
  });
}

/** Databases take longest. */
const MODES = [
  ...Array.from({ length: 16 }, () => "download" as const),
  "mount",
  "mount",
  "mount",
  "postgres",
] as const;

function pick<Item>(draw: Draw, items: readonly Item[]): Item {
  const item = items[draw(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
