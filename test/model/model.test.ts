import { expect, test } from "bun:test";
import fc from "fast-check";
import { explore } from "./explore.ts";
import { inWords, replay, wander } from "./replay.ts";
import { RANDOM, SMALL } from "./scenarios.ts";
import { SEEDED } from "./seeded.ts";

const QUICK = [
  "--upload always",
  "full volume",
  "used by old peers before",
  "old wrapper",
  "two sidecars, no accident",
];

for (const scenario of SMALL.filter(({ name }) => QUICK.includes(name))) {
  test(`the promises hold in every world of: ${scenario.name}`, () => {
    const { violation, complete } = explore(scenario);
    expect(violation === undefined ? "" : `${violation.what}\n${inWords(violation.steps)}`).toBe("");
    expect(complete).toBe(true);
  });
}

for (const { name, scenario, parts } of SEEDED) {
  test(`the explorer catches the mistake: ${name}`, () => {
    const { violation } = explore(scenario, parts);
    expect(violation).toBeDefined();
    // The counterexample leads there by itself when it is replayed, unless it says that nothing more happens.
    const replayed = replay(scenario, violation?.steps ?? [], parts);
    if (!violation?.what.includes("from here on")) expect(replayed.violation).toBe(violation?.what);
  }, 60_000);
}

test("the promises hold along long histories of three sidecars with many accidents", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 150 }), (picks) => {
      const { violation, steps } = wander(RANDOM, picks, 3000);
      if (violation !== undefined) throw new Error(`${violation}\n${inWords(steps)}`);
    }),
    { numRuns: 60 },
  );
}, 60_000);
