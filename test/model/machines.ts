/**
 * The real state machines, held in relative time, and the order in which the loop of `roles/participant.ts`
 * performs what they ask for. Seeded faults replace parts of this.
 */
import { decideRun } from "../../src/core/run.ts";
import type { Observation } from "../../src/core/observation.ts";
import {
  beginSidecar,
  type SidecarEffect,
  type SidecarEvent,
  type SidecarRules,
  sidecarDeadline,
  type SidecarState,
  stepSidecar,
} from "../../src/core/sidecar.ts";
import type { Status } from "../../src/core/status.ts";
import {
  beginWrapper,
  stepWrapper,
  wrapperDeadline,
  type WrapperEffect,
  type WrapperEvent,
  type WrapperRules,
  type WrapperState,
} from "../../src/core/wrapper.ts";
import type { MarkerFile } from "./world.ts";

export type Machine = WrapperState | SidecarState;
export type Effect = WrapperEffect | SidecarEffect;
export type Event = WrapperEvent | SidecarEvent;

export interface Stepped<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What the model is made of: everything a seeded fault can replace. */
export interface Parts {
  beginWrapper(rules: WrapperRules, first: Observation, previous?: Status): Stepped<WrapperState>;
  stepWrapper(state: WrapperState, event: WrapperEvent): Stepped<WrapperState>;
  wrapperDeadline(state: WrapperState): number | undefined;
  beginSidecar(rules: SidecarRules, first: Observation, previous?: Status): Stepped<SidecarState>;
  stepSidecar(state: SidecarState, event: SidecarEvent): Stepped<SidecarState>;
  sidecarDeadline(state: SidecarState): number | undefined;
  decideRun: typeof decideRun;
  /** Whether a marker is shown to the machines. */
  believes(marker: MarkerFile, run: number): boolean;
  /** Whether a look reads the markers first and the statuses then. */
  readsMarkersFirst: boolean;
  /** The wrapper's markers come after the status that decides, a sidecar's before the status that ends it. */
  wrapperMarkersFirst: boolean;
  sidecarMarkersFirst: boolean;
  /** Markers left by an earlier run are taken back by a sidecar at its first start, `ready` whenever it prepares. */
  withdrawsLeftovers: boolean;
  withdrawsReady: boolean;
  /** What is begun although the status that tells of it could not be written. */
  performsUntold: boolean;
  /** Whether the machine hears that a write failed. */
  tellsOfRefusal: boolean;
  /** Bundle ids are reserved and remembered, so that an upload that was cut off goes on. */
  reserves: boolean;
}

export const REAL: Parts = {
  beginWrapper,
  stepWrapper,
  wrapperDeadline,
  beginSidecar,
  stepSidecar,
  sidecarDeadline,
  decideRun,
  believes: (marker) => marker === "old",
  readsMarkersFirst: true,
  wrapperMarkersFirst: false,
  sidecarMarkersFirst: true,
  withdrawsLeftovers: true,
  withdrawsReady: true,
  performsUntold: true,
  tellsOfRefusal: true,
  reserves: true,
};

export function isWrapper(machine: Machine): machine is WrapperState {
  return "application" in machine;
}
