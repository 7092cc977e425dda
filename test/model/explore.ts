/** Visits every world that can be reached, and checks the promises in each and on each way. */
import type { Machine, Parts } from "./machines.ts";
import { Model } from "./model.ts";
import { isOver, judgeWorld } from "./promises.ts";
import { Numbers, Rows } from "./rows.ts";
import { Words } from "./tables.ts";
import type { Process, Scenario, World } from "./world.ts";

export interface Violation {
  readonly what: string;
  /** The shortest way there, as `replay` takes it. */
  readonly steps: readonly string[];
}

export interface Exploration {
  readonly worlds: number;
  readonly transitions: number;
  readonly seconds: number;
  /** All worlds within the bound were visited. */
  readonly complete: boolean;
  readonly violation: Violation | undefined;
}

/** @param limit the number of worlds after which to give up */
export function explore(scenario: Scenario, parts?: Parts, limit = 5_000_000): Exploration {
  const began = performance.now();
  const model = new Model(scenario, parts);
  const { worlds } = model;
  const machineOf = (process: Process): Machine => model.machineOf(process);
  const rows = new Rows(4 + 4 * scenario.sidecars.length);
  const parents = new Numbers();
  const labels = new Numbers();
  const words = new Words();
  const fairFrom = new Numbers();
  const fairTo = new Numbers();
  const over: number[] = [];
  let transitions = 0;

  const visit = (world: World, parent: number, label: string): number => {
    const before = rows.length;
    const place = rows.place(worlds.row(world));
    if (rows.length > before) {
      parents.push(parent);
      labels.push(words.id(label));
    }
    return place;
  };
  const way = (to: number, last?: string): string[] => {
    const steps = last === undefined ? [] : [last];
    for (let at = to; at > 0; at = parents.at(at)) steps.unshift(words.get(labels.at(at)));
    return steps;
  };
  const end = (violation?: Violation, complete = true): Exploration => ({
    worlds: rows.length,
    transitions,
    seconds: (performance.now() - began) / 1000,
    complete,
    violation,
  });

  visit(model.first(), 0, "");
  for (let from = 0; from < rows.length; from++) {
    if (rows.length > limit) return end(undefined, false);
    const world = worlds.world(rows.row(from));
    if (isOver(scenario, world, machineOf)) over.push(from);
    const late = judgeWorld(scenario, world, machineOf);
    if (late !== undefined) return end({ what: late, steps: way(from) });
    for (const { label, fair, next, violation } of model.moves(world)) {
      transitions += 1;
      if (violation !== undefined) return end({ what: violation, steps: way(from, label) });
      const to = visit(next, from, label);
      if (!fair || to === from) continue;
      fairFrom.push(from);
      fairTo.push(to);
    }
  }
  const stuck = firstStuck(rows.length, fairFrom, fairTo, over);
  if (stuck === undefined) return end();
  return end({ what: "2: from here on nothing that must happen leads to an end", steps: way(stuck) });
}

/**
 * The first world from which no world that is over can be reached by fair moves alone. When there is none, every history
 * in which what stays possible happens in the end does end, for the worlds are finitely many.
 */
function firstStuck(count: number, from: Numbers, to: Numbers, over: readonly number[]): number | undefined {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < to.length; i++) starts[to.at(i) + 1] = (starts[to.at(i) + 1] ?? 0) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const filled = starts.slice();
  const sources = new Uint32Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const world = to.at(i);
    const slot = filled[world] ?? 0;
    sources[slot] = from.at(i);
    filled[world] = slot + 1;
  }
  const ends = new Uint8Array(count);
  const queue = [...over];
  for (const world of over) ends[world] = 1;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (let i = starts[next] ?? 0; i < (starts[next + 1] ?? 0); i++) {
      const source = sources[i] ?? 0;
      if (ends[source] === 1) continue;
      ends[source] = 1;
      queue.push(source);
    }
  }
  const stuck = ends.indexOf(0);
  return stuck === -1 ? undefined : stuck;
}
