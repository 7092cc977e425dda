import { markerPath } from "../../core/participants.ts";
import type { MarkerName, Peer } from "../../core/participants.ts";

const MARKERS: readonly MarkerName[] = ["ready", "upload", "uploaded"];
const PEERS: readonly Peer[] = [{ kind: "files" }, { kind: "postgres", database: "any" }];

/** File names that the protocol itself uses in the coordination folder. */
export const MARKER_NAMES: readonly string[] = PEERS.flatMap((peer) =>
  MARKERS.map((marker) => markerPath(peer, marker).split("/").at(-1)!),
);
