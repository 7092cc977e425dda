import type { MarkerName } from "./participants.ts";
import { hasEnded, type Status } from "./status.ts";

/**
 * What was seen of one sidecar, stale files already left out. A participant with a status is known by that alone, so that
 * one file tells all of it and no marker left by somebody else can speak for it.
 */
export interface PeerView {
  /** Its status file of this run; old participants have none. */
  readonly status?: Status;
  /** Markers of old participants, which are empty; ours repeat for them what our statuses say. */
  readonly markers: Readonly<Record<MarkerName, boolean>>;
}

/**
 * One look at the coordination directory. Markers are read before statuses: an application that leaves a marker does so after its
 * wrapper's status was written, and is never seen with the marker alone.
 */
export interface Observation {
  /** Milliseconds on our monotonic clock. */
  readonly at: number;
  readonly peers: Readonly<Record<string, PeerView>>;
  /** The wrapper's status of this run, as sidecars look at it. */
  readonly wrapper?: Status;
  readonly damage?: Damage;
}

/** Why the coordination directory can no longer be relied on: gone, taken over, tampered with, not writable. */
export interface Damage {
  readonly cause: string;
  readonly exitCode: number;
}

/** Changes whenever the participant gives a sign of life; who has ended gives none until it is started again. */
export function beatOf(status: Status | undefined): string | undefined {
  if (status === undefined) return undefined;
  return `${status.attempt}:${hasEnded(status) ? status.phase : status.beat}`;
}

/** An ended participant owes no more beats. */
export function owesBeats(status: Status | undefined): boolean {
  return status !== undefined && !hasEnded(status);
}
