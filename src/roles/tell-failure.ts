import { oneLine, toKnownError } from "../core/errors.ts";
import { EXIT_CODES } from "../core/exit-codes.ts";
import { participantOf, type Peer } from "../core/participants.ts";
import type { ParticipantDependencies } from "./participant.ts";

/**
 * Says that a sidecar has failed before its life began: its wrapper would take it for one that has not been started yet, and
 * wait for as long as that may take. Never throws.
 */
export function tellFailure(peer: Peer, error: unknown, dependencies: ParticipantDependencies): void {
  const { coordination, clock, log } = dependencies;
  const { run, previous } = coordination;
  const now = clock.wall();
  const failure = {
    phase: "preparing",
    cause: oneLine(error),
    exitCode: EXIT_CODES[toKnownError(error).kind],
  } as const;
  try {
    coordination.publish({
      version: 1,
      participant: participantOf(peer),
      run,
      attempt: (previous?.attempt ?? 0) + 1,
      phase: "failed",
      since: now,
      beat: 1,
      at: now,
      bundles: previous?.bundles ?? [],
      reserved: previous?.reserved ?? {},
      failure,
    });
  } catch (refused) {
    log.warn("cannot tell the others of the failure", { error: refused });
  }
}
