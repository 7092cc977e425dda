import type { Problem } from "../problems.ts";
import type { Group } from "../schema/group.ts";

/** One value as it was given, still text. */
export interface Given {
  readonly key: string;
  readonly value: string | readonly string[];
  /** `--coord-point`, `SIDECAR_COORD_POINT`, `job.yaml:12`. */
  readonly source: string;
}

/** One value of a named thing in a group. The key `name` alone declares it. */
export interface ItemGiven extends Given {
  readonly group: Group["key"];
  readonly name: string;
}

/** All that one source of settings (flags, variables, a file) gives. */
export interface Layer {
  readonly givens: readonly Given[];
  readonly items: readonly ItemGiven[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** A layer being filled. */
export interface Gathering {
  readonly givens: Given[];
  readonly items: ItemGiven[];
  readonly problems: Problem[];
  readonly warnings: string[];
}

export function gathering(): Gathering {
  return { givens: [], items: [], problems: [], warnings: [] };
}

/** The names a layer gives to the things of a group, in order. */
export function namesIn(layers: readonly Layer[], group: Group["key"]): string[] {
  const items = layers.flatMap((layer) => layer.items).filter((item) => item.group === group);
  return [...new Set(items.map((item) => item.name))];
}
