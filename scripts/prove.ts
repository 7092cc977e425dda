/**
 * Proves the promises on the model: every small scenario exhaustively, every seeded fault caught, long histories of more
 * participants at random. `--large` adds scenarios that take hours, `--only TEXT` picks scenarios by name,
 * `--limit N` bounds the worlds of each, `--random N` and `--seed S` the long histories.
 */
import { parseArgs } from "node:util";
import { explore } from "../test/model/explore.ts";
import { inWords, wander } from "../test/model/replay.ts";
import { LARGE, RANDOM, SMALL } from "../test/model/scenarios.ts";
import { SEEDED } from "../test/model/seeded.ts";
import { random } from "./chaos/random.ts";

const { values } = parseArgs({
  options: {
    large: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    limit: { type: "string", default: "20000000" },
    random: { type: "string", default: "400" },
    seed: { type: "string", default: "1" },
  },
});
const began = performance.now();
const chosen = [...SMALL, ...(values.large ? LARGE : [])].filter(({ name }) => name.includes(values.only));
let worlds = 0;
let transitions = 0;
let violations = 0;
let unfinished = 0;

function report(name: string, violation: string, steps: readonly string[]): void {
  violations += 1;
  console.log(`VIOLATION in "${name}": promise ${violation}\n${inWords(steps)}`);
}

console.log(`${"scenario".padEnd(56)} ${"worlds".padStart(9)} ${"transitions".padStart(11)} seconds`);
for (const scenario of chosen) {
  const found = explore(scenario, undefined, Number(values.limit));
  worlds += found.worlds;
  transitions += found.transitions;
  if (!found.complete) unfinished += 1;
  const figures = `${String(found.worlds).padStart(9)} ${String(found.transitions).padStart(11)} ${found.seconds.toFixed(1).padStart(7)}`;
  console.log(`${scenario.name.padEnd(56)} ${figures}${found.complete ? "" : " (limit reached)"}`);
  if (found.violation !== undefined) report(scenario.name, found.violation.what, found.violation.steps);
}

let caught = 0;
console.log("\nseeded faults, and the promise each breaks");
for (const { name, scenario, parts } of SEEDED.filter(() => values.only === "")) {
  const { violation } = explore(scenario, parts, Number(values.limit));
  if (violation === undefined) {
    violations += 1;
    console.log(`MISSED  ${name}`);
    continue;
  }
  caught += 1;
  console.log(`caught  ${name}\n        ${violation.what} (after ${violation.steps.length} steps)`);
}

const draw = random(Number(values.seed));
let histories = 0;
for (; histories < Number(values.random); histories++) {
  const picks = Array.from({ length: 40 + draw(160) }, () => draw(1 << 20));
  const { violation, steps } = wander(RANDOM, picks, 3000);
  if (violation !== undefined) report(RANDOM.name, violation, steps);
}

const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `\n${worlds} worlds, ${transitions} transitions in ${chosen.length} scenarios${unfinished > 0 ? ` (${unfinished} not to the end)` : ""}; ` +
    `${caught} of ${SEEDED.length} seeded faults caught; ${histories} long histories; ${violations} violations; ${seconds} s`,
);
process.exitCode = violations === 0 ? 0 : 1;
