import type { Container } from "../../../test/support/container.ts";
import type { Pod } from "../../../test/support/pod.ts";
import type { FaultyDisk } from "../faulty-disk.ts";
import type { ShiftedClock } from "../shifted-clock.ts";

/** Folders that lie on a volume of their own where a fault asks for it. */
export type VolumeName = "coord" | "store" | "input" | "output";

export interface Victim {
  readonly pod: Pod;
  /** The container that is aimed at, if it runs. */
  readonly container: Container | undefined;
  /** Name of its status file. */
  readonly participant: string;
  /** Markers of the sidecar, relative to the coordination directory. */
  readonly markers: readonly string[];
  /** Name of the sidecar's status file. */
  readonly sidecar: string;
  readonly duration: number;
  /** A random number for whatever can be done in several ways. */
  readonly choice: number;
  /** The disk under the fault's own volume, where that is a faulty one. */
  readonly disk: FaultyDisk | undefined;
  /** The clock of the node, where a fault of the run wants to set it. */
  readonly clock: ShiftedClock | undefined;
}

export interface Fault {
  /** Before anybody is started, or while they run. */
  readonly stage: "before" | "during";
  /** What it does it does to this volume: a tmpfs of a small size, or a disk that can be told to fail. */
  readonly volume?: { readonly name: VolumeName; readonly as: "tmpfs" | "faulty disk" };
  /** Nobody may even notice, whatever its duration. */
  readonly unnoticed?: true;
  /** Ends processes that had no chance to speak or to tidy up. */
  readonly kills?: true;
  /** Takes the run's memory away, so that things may be done again. */
  readonly forgets?: true;
  /** Says in somebody's name what only he may say: output may be uploaded while it is being written (docs/trust.md). */
  readonly pretends?: true;
  do(victim: Victim): Promise<void> | void;
}

/** One of `items`, by the victim's random number. */
export function chosen<Item>({ choice }: Victim, items: readonly Item[]): Item {
  const item = items[choice % items.length];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}
