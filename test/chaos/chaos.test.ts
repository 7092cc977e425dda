import { expect, test } from "bun:test";
import { planFrom } from "../../scripts/chaos/plan.ts";
import { random } from "../../scripts/chaos/random.ts";
import { type Outcome, runPlan } from "../../scripts/chaos/run.ts";
import { requirePart } from "../support/parts.ts";

/** `bun run chaos` does more of the same. */
const RUNS = 40;
const FIRST_SEED = 77_000;
const AT_ONCE = 5;

const isRoot = requirePart("root");
const parts = {
  mounts: requirePart("bindfs") && requirePart("fuse"),
  postgres: requirePart("Postgres 15"),
};

function inWords({ plan, codes, violations, log }: Outcome): string {
  return `${violations.join("; ")}\n${JSON.stringify(plan)}\n${JSON.stringify(codes)}\n${log}`;
}

test("the same seed gives the same plan, another seed another", () => {
  const plan = (seed: number): unknown => planFrom(seed, random(seed), parts, "");
  expect(plan(5)).toEqual(plan(5));
  expect(plan(5)).not.toEqual(plan(6));
});

test.skipIf(!isRoot)(
  "pods that are broken at random points keep every promise",
  async () => {
    const broken: string[] = [];
    let next = FIRST_SEED;
    const work = async (): Promise<void> => {
      while (next < FIRST_SEED + RUNS) {
        const seed = next++;
        const outcome = await runPlan(planFrom(seed, random(seed), parts, ""));
        if (outcome.violations.length > 0) broken.push(inWords(outcome));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(broken).toEqual([]);
  },
  240_000,
);
