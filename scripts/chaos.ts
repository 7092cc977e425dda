/**
 * Breaks real pods on purpose: `bun run chaos [--runs N] [--seed S] [--jobs J] [--only FAULT] [--mode MODE]
 * [--verbose]`. Each run is a pod of real processes, drawn from its own seed. One that breaks a promise leaves its plan
 * and its log in a file, and the command that plays it again is printed. `$DATAMON_SIDECAR_KIT` names a kit that is
 * built already.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { compiledKit } from "../test/support/kit.ts";
import { inWords, live } from "./chaos/campaign.ts";
import { isMode } from "./chaos/plan.ts";
import type { Tally } from "./chaos/tally.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism() * 3) },
    only: { type: "string", default: "" },
    mode: { type: "string", default: "" },
    verbose: { type: "boolean", default: false },
  },
});
const began = performance.now();
const figures = (tally: Tally): string =>
  `${tally.summary()}; ${((performance.now() - began) / 1000).toFixed(1)} s`;
await compiledKit();
const tally = await live({
  runs: Number(values.runs),
  firstSeed: Number(values.seed),
  jobs: Number(values.jobs),
  only: values.only,
  mode: isMode(values.mode) ? values.mode : undefined,
  over(outcome, soFar, report) {
    if (values.verbose) console.log(inWords(outcome));
    if (report !== undefined) console.log(report);
    if (soFar.runs % 100 === 0) console.log(figures(soFar));
  },
});
console.log(tally.table());
console.log(figures(tally));
process.exitCode = tally.violations === 0 ? 0 : 1;
