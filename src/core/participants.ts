/**
 * Who takes part in a run, and the marker files they leave for each other in the coordination directory.
 * The six marker paths are those of the legacy scripts, so that old and new participants mix.
 */

/** A sidecar as the wrapper knows it: the files sidecar, or the one that serves a named database. */
export type Peer = { readonly kind: "files" } | { readonly kind: "postgres"; readonly database: string };

/** The wrapper's own name as a participant. */
export const WRAPPER = "app";

/** `ready`: sidecar → wrapper. `upload`: wrapper → sidecar. `uploaded`: sidecar → wrapper. */
export type MarkerName = "ready" | "upload" | "uploaded";

const FILES_MARKERS = { ready: "mountdone", upload: "initupload", uploaded: "uploaddone" } as const;
const POSTGRES_MARKERS = { ready: "dbstarted", upload: "initdbupload", uploaded: "dbuploaddone" } as const;

/** Participant name of a sidecar: `files`, or `postgres-DATABASE`. Also the stem of its status file. */
export function participantOf(peer: Peer): string {
  return peer.kind === "files" ? "files" : `postgres-${peer.database}`;
}

/** Path of a marker, relative to the coordination directory. */
export function markerPath(peer: Peer, marker: MarkerName): string {
  return peer.kind === "files" ? FILES_MARKERS[marker] : `${peer.database}/${POSTGRES_MARKERS[marker]}`;
}

/** A sidecar in words, for messages. */
export function peerTitle(peer: Peer): string {
  return peer.kind === "files" ? "files sidecar" : `postgres sidecar of database "${peer.database}"`;
}
