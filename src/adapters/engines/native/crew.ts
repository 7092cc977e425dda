import { setImmediate } from "node:timers/promises";
import { type Input, type JobName, type Output, perform } from "./jobs.ts";
import type { Session } from "./workbench.ts";
import { Workbenches } from "./workbenches.ts";

/** Those who do the jobs of a transfer. */
export interface Crew {
  /** How many jobs can be done at the same time. */
  readonly width: number;
  run<J extends JobName>(session: Session, job: J, input: Input<J>): Promise<Output<J>>;
  /** Lets go of what a session holds; only when none of its jobs runs any more. */
  forget(session: Session): Promise<void>;
}

/** Does the jobs in this very thread, one after the other: for transfers so small that threads would cost more. */
export function crewOfOne(): Crew {
  const benches = new Workbenches();
  let last: Promise<unknown> = Promise.resolve();
  return {
    width: 1,
    run: (session, job, input) => {
      const mine = last.then(async () => {
        // Timers and signals get their turn between two jobs.
        await setImmediate();
        return perform(await benches.for(session), job, input);
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    forget: async (session) => benches.forget(session.id),
  };
}
