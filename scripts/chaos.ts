/**
 * Breaks real pods on purpose: `bun run chaos [--runs N] [--seed S] [--jobs J] [--only FAULT] [--mode MODE]
 * [--verbose]`. Each run is a pod of
 * real processes, drawn from its own seed; one that breaks a promise prints its plan and its log, and
 * `--seed THAT --runs 1` plays it again. `$DATAMON_SIDECAR_KIT` names a kit that is built already.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { compiledKit } from "../test/support/kit.ts";
import { requirePart } from "../test/support/parts.ts";
import { isMode, planFrom } from "./chaos/plan.ts";
import { random } from "./chaos/random.ts";
import { type Outcome, runPlan } from "./chaos/run.ts";
import { Tally } from "./chaos/tally.ts";

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
await compiledKit();
const parts = {
  mounts: requirePart("bindfs") && requirePart("fuse"),
  postgres: requirePart("Postgres 15"),
};
const tally = new Tally();
const first = Number(values.seed);
const last = first + Number(values.runs);
let next = first;

function show({ plan, codes, violations, log, milliseconds }: Outcome): void {
  console.log(`\nseed ${plan.seed}: ${violations.join("; ") || "no violation"} (${milliseconds} ms)`);
  console.log(JSON.stringify(plan));
  console.log(`exit codes: wrapper ${codes.wrapper.join(", ")}; sidecar ${codes.sidecar.join(", ")}\n${log}`);
}

async function work(): Promise<void> {
  while (next < last) {
    const seed = next++;
    const drawn = planFrom(seed, random(seed), parts, values.only);
    const outcome = await runPlan(isMode(values.mode) ? { ...drawn, mode: values.mode } : drawn);
    tally.add(outcome);
    if (outcome.violations.length > 0 || values.verbose) show(outcome);
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(tally.table());
console.log(`${tally.summary()}; ${((performance.now() - began) / 1000).toFixed(1)} s`);
process.exitCode = tally.violations === 0 ? 0 : 1;
