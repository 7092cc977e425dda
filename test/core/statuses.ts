import type { Phase, Status } from "../../src/core/status.ts";

/** A status of a participant, all else being as it usually is. */
export function statusOf(participant: string, phase: Phase, more: Partial<Status> = {}): Status {
  return {
    version: 1,
    participant,
    run: "r",
    attempt: 1,
    phase,
    since: "",
    beat: 1,
    at: "",
    bundles: [],
    reserved: {},
    ...more,
  };
}
