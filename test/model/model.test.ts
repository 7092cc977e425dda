import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { explore } from "./explore.ts";
import { replay, wander } from "./replay.ts";
import { RANDOM, SMALL } from "./scenarios.ts";
import { SEEDED } from "./seeded.ts";
import { Figures, violationInWords } from "./words.ts";

const HISTORIES = 200;
const figures = new Figures();
console.log(Figures.HEAD);
afterAll(() => console.log(`${figures.summary()}\n`));

for (const scenario of SMALL) {
  test(`the promises hold in every world of: ${scenario.name}`, () => {
    const explored = explore(scenario);
    console.log(figures.scenario(scenario, explored));
    const { violation, complete } = explored;
    expect(violation === undefined ? "" : violationInWords(scenario, violation)).toBe("");
    expect(complete).toBe(true);
  }, 120_000);
}

for (const { name, scenario, parts } of SEEDED) {
  test(`the explorer catches the mistake: ${name}`, () => {
    const { violation } = explore(scenario, parts);
    console.log(figures.seeded(name, violation));
    if (violation === undefined) throw new Error("not caught");
    expect(violationInWords(scenario, violation, parts)).toContain(`${violation.steps.length}. `);
    // The counterexample leads there by itself when it is replayed, unless it says that nothing more happens.
    const replayed = replay(scenario, violation.steps, parts);
    if (!violation.what.includes("from here on")) expect(replayed.violation).toBe(violation.what);
  }, 120_000);
}

test("the promises hold along long histories of three sidecars with many accidents", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 150 }), (picks) => {
      const { violation, steps } = wander(RANDOM, picks, 3000);
      if (violation !== undefined) throw new Error(violationInWords(RANDOM, { what: violation, steps }));
    }),
    { numRuns: HISTORIES, seed: 1 },
  );
  figures.histories(HISTORIES);
}, 120_000);
