import type { Observation, PeerView } from "../../src/core/observation.ts";
import type { MarkerName } from "../../src/core/participants.ts";
import type { Phase, Status } from "../../src/core/status.ts";

/** A status of run `r` with the given phase; `more` overrides. */
export function status(participant: string, phase: Phase, more: Partial<Status> = {}): Status {
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

/** What is seen of a peer: the markers named, and perhaps a status. */
export function view(markers: readonly MarkerName[], seen?: Status): PeerView {
  const has = (name: MarkerName): boolean => markers.includes(name);
  return {
    markers: { ready: has("ready"), upload: has("upload"), uploaded: has("uploaded") },
    ...(seen === undefined ? {} : { status: seen }),
  };
}

/** A look at the files sidecar at `at` milliseconds. */
export function look(at: number, files: PeerView, wrapper?: Status): Observation {
  return { at, peers: { files }, ...(wrapper === undefined ? {} : { wrapper }) };
}
