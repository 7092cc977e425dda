/** Takes a world through the steps of a counterexample, or through steps picked at random. */
import type { Parts } from "./machines.ts";
import { Model, type Move } from "./model.ts";
import { isOver, judgeWorld } from "./promises.ts";
import type { Scenario, World } from "./world.ts";

export interface Replayed {
  readonly steps: readonly string[];
  readonly violation: string | undefined;
  readonly world: World;
}

/** Errors: when a step is not possible where it is asked for, with what is. */
export function replay(scenario: Scenario, steps: readonly string[], parts?: Parts): Replayed {
  const model = new Model(scenario, parts);
  let world = model.first();
  for (const [index, step] of steps.entries()) {
    const moves = model.moves(world);
    const move = moves.find(({ label }) => label === step);
    if (move === undefined) {
      const possible = moves.map(({ label }) => label).join("; ");
      throw new Error(`cannot take step ${index + 1}, "${step}"; possible: ${possible}`);
    }
    world = move.next;
    const violation = move.violation ?? judgeWorld(scenario, world, (process) => model.machineOf(process));
    if (violation !== undefined) return { steps: steps.slice(0, index + 1), violation, world };
  }
  return { steps, violation: undefined, world };
}

/**
 * One long history: `pick` chooses among so many possible moves. When the choices are used up, only what must happen
 * goes on, and it must come to an end within `patience` moves.
 */
export function wander(
  scenario: Scenario,
  picks: readonly number[],
  patience: number,
  parts?: Parts,
): Replayed {
  const model = new Model(scenario, parts);
  const machineOf = model.machineOf.bind(model);
  const steps: string[] = [];
  let world = model.first();
  const take = (moves: readonly Move[], pick: number): string | undefined => {
    const move = moves[pick % moves.length];
    if (move === undefined) return undefined;
    steps.push(move.label);
    world = move.next;
    return move.violation ?? judgeWorld(scenario, world, machineOf);
  };
  for (const pick of picks) {
    const violation = take(model.moves(world), pick);
    if (violation !== undefined) return { steps, violation, world };
  }
  for (let turn = 0; turn < patience; turn++) {
    if (isOver(scenario, world, machineOf)) return { steps, violation: undefined, world };
    const fair = model.moves(world).filter((move) => move.fair);
    // Counting on, every move that stays possible has its turn.
    const violation = take(fair, turn * 7 + (turn >> 3));
    if (violation !== undefined) return { steps, violation, world };
  }
  return { steps, violation: `2: no end after ${patience} more moves`, world };
}
