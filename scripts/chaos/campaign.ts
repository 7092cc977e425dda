/** Many lives, several at once. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requirePart } from "../../test/support/parts.ts";
import { removeBase } from "./database.ts";
import { type Mode, type Parts, planFrom } from "./plan.ts";
import { random } from "./random.ts";
import { type Outcome, runPlan } from "./run.ts";
import { Tally } from "./tally.ts";

const LOGS = join(import.meta.dir, "../../.cache/chaos/logs");

export interface Campaign {
  readonly runs: number;
  readonly firstSeed: number;
  /** Lives at once. */
  readonly jobs: number;
  /** Part of the names of the faults to draw from. */
  readonly only?: string;
  readonly mode?: Mode | undefined;
  /** Hears of every life that is over, and of what to do about one that broke a promise. */
  readonly over?: (outcome: Outcome, tally: Tally, report: string | undefined) => void;
}

/** What this machine can run; in CI it must be everything. */
export function availableParts(): Parts {
  return {
    mounts: requirePart("bindfs") && requirePart("fuse"),
    postgres: requirePart("Postgres 15"),
    faultyDisk: requirePart("libfuse3-dev") && requirePart("fuse"),
  };
}

/** Lives through every seed; returns the figures. */
export async function live(campaign: Campaign): Promise<Tally> {
  const { runs, firstSeed, jobs, only = "", mode, over } = campaign;
  const parts = availableParts();
  const tally = new Tally();
  let next = firstSeed;
  const work = async (): Promise<void> => {
    while (next < firstSeed + runs) {
      const seed = next++;
      const drawn = planFrom(seed, random(seed), parts, only);
      const outcome = await runPlan(mode === undefined ? drawn : { ...drawn, mode });
      tally.add(outcome);
      over?.(outcome, tally, outcome.violations.length === 0 ? undefined : reported(outcome, campaign));
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await removeBase();
  }
  return tally;
}

/** Everything that is known of a life. */
export function inWords({ plan, codes, violations, log, milliseconds }: Outcome): string {
  return `seed ${plan.seed}: ${violations.join("; ") || "no violation"} (${milliseconds} ms)
${JSON.stringify(plan)}
exit codes: wrapper ${codes.wrapper.join(", ")}; sidecar ${codes.sidecar.join(", ")}
${log}
`;
}

/** Keeps the log of a life in a file; returns what to do with it. */
function reported(outcome: Outcome, { only, mode }: Campaign): string {
  const { seed } = outcome.plan;
  mkdirSync(LOGS, { recursive: true });
  const path = join(LOGS, `seed-${seed}.log`);
  writeFileSync(path, inWords(outcome));
  const options = [only && `--only "${only}"`, mode && `--mode ${mode}`].filter(Boolean);
  const again = ["bun run chaos --runs 1 --verbose --seed", seed, ...options].join(" ");
  return `seed ${seed}: ${outcome.violations.join("; ")}\n  again: ${again}\n  log:   ${path}`;
}
