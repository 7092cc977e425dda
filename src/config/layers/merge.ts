import type { Problem } from "../problems.ts";
import type { Group } from "../schema/group.ts";
import { masked } from "../secrets.ts";
import type { Given, Layer } from "./layer.ts";

export type Givens = ReadonlyMap<string, Given>;

/** What counts of all layers. */
export interface Merged {
  readonly givens: Givens;
  readonly items: Readonly<Record<Group["key"], ReadonlyMap<string, Givens>>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/**
 * Merges layers, the strongest first; in one layer the last counts. A value that somebody gave and that is
 * overridden is worth a warning, a default is not.
 */
export function merge(layers: readonly Layer[], defaults: readonly Layer[] = []): Merged {
  const warnings = layers.flatMap((layer) => layer.warnings);
  const givens = new Map<string, Given>();
  const items = { sources: new Map(), destinations: new Map(), databases: new Map() };
  const fallbacks = new Set(defaults.flatMap((layer) => [...layer.givens, ...layer.items]));
  const offer = (taken: Map<string, Given>, given: Given, name: string) => {
    const winner = taken.get(given.key);
    if (winner === undefined) taken.set(given.key, given);
    else if (!fallbacks.has(given) && !sameValue(winner, given))
      warnings.push(overridden(name, winner, given));
  };
  for (const layer of layers.toReversed()) {
    for (const item of layer.items) thingOf(items[item.group], item.name);
  }
  for (const layer of [...layers, ...defaults]) {
    for (const given of layer.givens.toReversed()) offer(givens, given, given.key);
    for (const item of layer.items.toReversed()) {
      offer(thingOf(items[item.group], item.name), item, `${item.group}.${item.name}.${item.key}`);
    }
  }
  return { givens, items, problems: layers.flatMap((layer) => layer.problems), warnings };
}

/** Made on first mention: things keep the order of the weakest layer, where a file declares them. */
function thingOf(things: Map<string, Map<string, Given>>, name: string): Map<string, Given> {
  const known = things.get(name);
  if (known !== undefined) return known;
  const thing = new Map<string, Given>();
  things.set(name, thing);
  return thing;
}

function sameValue(one: Given, other: Given): boolean {
  return JSON.stringify(one.value) === JSON.stringify(other.value);
}

function overridden(name: string, winner: Given, loser: Given): string {
  return `${name} is ${shown(winner)} (${winner.source}), which overrides ${shown(loser)} (${loser.source})`;
}

function shown(given: Given): string {
  return masked(JSON.stringify(given.value));
}
