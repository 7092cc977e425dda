import { expect, test } from "bun:test";
import { availableParts, live } from "../../scripts/chaos/campaign.ts";
import { planFrom } from "../../scripts/chaos/plan.ts";
import { random } from "../../scripts/chaos/random.ts";
import { requirePart } from "../support/parts.ts";

/** `bun run chaos` does more of the same. */
const RUNS = 300;
const FIRST_SEED = 77_000;
const JOBS = 6;

test("the same seed gives the same plan, another seed another", () => {
  const plan = (seed: number): unknown => planFrom(seed, random(seed), availableParts(), "");
  expect(plan(5)).toEqual(plan(5));
  expect(plan(5)).not.toEqual(plan(6));
});

test.skipIf(!requirePart("root"))(
  "pods that are broken at random points keep every promise",
  async () => {
    const broken: string[] = [];
    const tally = await live({
      runs: RUNS,
      firstSeed: FIRST_SEED,
      jobs: JOBS,
      over: (_, soFar, report) => {
        if (report !== undefined) broken.push(report);
        if (soFar.runs % 100 === 0) console.log(soFar.summary());
      },
    });
    console.log(tally.table());
    expect(broken).toEqual([]);
  },
  600_000,
);
