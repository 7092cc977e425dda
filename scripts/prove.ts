/**
 * Proves the promises on the model: every small scenario exhaustively, every seeded fault caught, long histories of more
 * participants at random. `--large` adds scenarios that take half an hour and 4 GB, `--only TEXT` picks scenarios and seeded faults by
 * name, `--steps` shows how each seeded fault leads to its violation, `--limit N` bounds the worlds of each, `--random N` and
 * `--seed S` the long histories.
 */
import { parseArgs } from "node:util";
import { explore } from "../test/model/explore.ts";
import { wander } from "../test/model/replay.ts";
import { LARGE, RANDOM, SMALL } from "../test/model/scenarios.ts";
import { SEEDED } from "../test/model/seeded.ts";
import { Figures, violationInWords } from "../test/model/words.ts";
import { random } from "./chaos/random.ts";

const { values } = parseArgs({
  options: {
    large: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    limit: { type: "string", default: "60000000" },
    random: { type: "string", default: "400" },
    seed: { type: "string", default: "1" },
    steps: { type: "boolean", default: false },
  },
});
const limit = Number(values.limit);
const chosen = [...SMALL, ...(values.large ? LARGE : [])].filter(({ name }) => name.includes(values.only));
const figures = new Figures();

console.log(Figures.HEAD);
for (const scenario of chosen) {
  const explored = explore(scenario, undefined, limit);
  console.log(figures.scenario(scenario, explored));
  const { violation } = explored;
  if (violation !== undefined) console.log(violationInWords(scenario, violation));
}

console.log("\nseeded faults, and the promise each breaks");
for (const { name, scenario, parts } of SEEDED.filter((fault) => fault.name.includes(values.only))) {
  const { violation } = explore(scenario, parts, limit);
  console.log(figures.seeded(name, violation));
  if (values.steps && violation !== undefined) console.log(violationInWords(scenario, violation, parts));
}

const draw = random(Number(values.seed));
for (let history = 0; history < Number(values.random); history++) {
  const picks = Array.from({ length: 40 + draw(160) }, () => draw(1 << 20));
  const { violation, steps } = wander(RANDOM, picks, 3000);
  figures.histories(1, violation === undefined ? 0 : 1);
  if (violation !== undefined) console.log(violationInWords(RANDOM, { what: violation, steps }));
}

console.log(`\n${figures.summary()}`);
process.exitCode = figures.violations === 0 ? 0 : 1;
