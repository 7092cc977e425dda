/**
 * The world that the model explores: participants, the application, the files through which they speak, and what
 * an all-knowing observer remembers to judge the promises by. Every part is a plain value; a world is a row of
 * numbers, each standing for one interned part, so that hashing a world is joining its numbers.
 *
 * Time is counted in ticks and every instant inside a machine is kept relative to now: the same situation an hour
 * later is the same world.
 */
import type { MarkerName, Peer } from "../../src/core/participants.ts";
import type { SidecarEffect, SidecarRules } from "../../src/core/sidecar.ts";
import type { Status } from "../../src/core/status.ts";
import type { UploadPolicy, WrapperEffect, WrapperRules } from "../../src/core/wrapper.ts";

export type FaultName =
  | "kill"
  | "term"
  | "freeze"
  | "work fails"
  | "preparing fails"
  | "service dies"
  | "write fails"
  | "volume full"
  | "application fails"
  | "application cannot start"
  | "supervisor lost"
  | "never starts"
  | "slow look"
  | "tampering";

/** What is explored: who takes part, and how much may go wrong. */
export interface Scenario {
  readonly name: string;
  readonly sidecars: readonly SidecarPlan[];
  readonly oldWrapper?: boolean;
  readonly upload?: UploadPolicy;
  /** Whether the run is known from outside (the pod's uid). */
  readonly identity?: boolean;
  /** Faults in one history, of the kinds allowed. */
  readonly faults: number;
  readonly kinds: readonly FaultName[];
  /** Containers started again in one history. */
  readonly restarts: number;
  /**
   * Who fails is started again after two ticks, by which everybody knows, and after this many at most, as the kubelet does with the containers of a pod, which begin together, and the
   * run must succeed with the restarts there are.
   */
  readonly backOff?: number;
  readonly applicationTimeout?: number;
  /** What stands in the directory before anybody starts. */
  readonly leftovers?: Leftovers;
}

export interface SidecarPlan {
  readonly old?: boolean;
  /** Serves a mount or a database, which a restart takes away. */
  readonly live?: boolean;
  readonly source?: boolean;
}

export interface Leftovers {
  readonly markers?: readonly MarkerName[];
  /** Written by an earlier run of ours, with its id. */
  readonly stale?: boolean;
  readonly statuses?: "done" | "failed" | "ready";
}

/** A file of one participant; `run` tells stale ones apart. Beats are kept as who has not seen the last one yet. */
export interface StatusFile {
  readonly status: Status | undefined;
  readonly run: number;
  readonly unseen: number;
  /** Put there by somebody else than its owner. */
  readonly forged: boolean;
}

/** `old`: empty. A number: JSON of that run. */
export type MarkerFile = "none" | "old" | number;
export type Markers = Readonly<Record<MarkerName, MarkerFile>>;

/** What a participant does next, one uninterrupted piece at a time; between two of them it can be killed. */
export type Todo =
  | { readonly do: "marker"; readonly peer: number; readonly marker: MarkerName }
  | { readonly do: "status" }
  | { readonly do: "begin"; readonly effect: WrapperEffect | SidecarEffect }
  | { readonly do: "hear"; readonly refused: true }
  | { readonly do: "exit"; readonly code: number };

/** The half of a look that was read first. */
export interface Halves {
  readonly statuses?: readonly (Status | null)[];
  readonly markers?: readonly Markers[];
}

export interface Process {
  readonly life: "absent" | "never" | "live" | "dead" | "exited";
  readonly code: number;
  /** Ticks since it failed, where that is counted. */
  readonly down: number;
  readonly frozen: boolean;
  readonly run: number;
  /** Interned state of its machine; 0 without one. */
  readonly machine: number;
  readonly todo: readonly Todo[];
  /** Work under way, or nothing. */
  readonly work: string;
  /** Number of the status told last, to write only changes; -1 for none. */
  readonly told: number;
  readonly attempt: number;
  /** The directory has refused a write and the machine knows. */
  readonly broken: boolean;
  /** What a look has read that has not come to its second half yet. */
  readonly slow: Halves | undefined;
  /** Phase of an old participant. */
  readonly old: string;
}

export interface Application {
  readonly state: "none" | "asked" | "running" | "exited" | "heard";
  /** Counts its starts. */
  readonly run: number;
  readonly code: number;
  readonly termed: boolean;
  readonly killed: boolean;
}

/** What the observer knows of one sidecar's part. */
export interface Ledger {
  /** Uploads begun since the last kill of this sidecar. */
  readonly begun: number;
  readonly bundle: "none" | "partial" | "labelled";
  /** Run of the application whose output it holds; torn when the application wrote meanwhile. */
  readonly of: number;
  readonly torn: boolean;
  /** It has ever finished its preparations; it serves now. */
  readonly prepared: boolean;
  readonly serves: boolean;
  /** The upload was provoked by the application, which removed the traces of its wrapper before this sidecar had seen any. */
  readonly forced: boolean;
  /** The application ran without what it should have been served. */
  readonly missed: boolean;
}

export interface Budget {
  readonly faults: number;
  readonly restarts: number;
  /** The run that the directory belongs to. */
  readonly run: number;
  /** It is on record what becomes of the output of this run. */
  readonly decided: boolean;
  /** The volume takes no more writes. */
  readonly full: boolean;
  /** Ticks since somebody has been lost, below 0 while one who had failed before is waited for; undefined: all well. */
  readonly since: number | undefined;
}

export interface Place {
  readonly process: Process;
  readonly file: StatusFile;
  readonly markers: Markers;
  readonly ledger: Ledger;
}

export interface World {
  readonly budget: Budget;
  readonly application: Application;
  readonly wrapper: Process;
  readonly file: StatusFile;
  readonly places: readonly Place[];
}

/** Deadlines in ticks. A look and a beat happen at every tick. */
export const SILENCE = 3;
const GRACE = 1;
export const START_TIMEOUT = 2;
const UPLOAD_TIMEOUT = 2;

/**
 * The documented deadline: silence is noticed, the application gets its grace, the others notice, and let go within
 * theirs; one tick each for noticing.
 */
export const DEADLINE = SILENCE + 1 + GRACE + 1 + GRACE + 2;

/** So long that whoever waits for the wrong failure misses the deadline. */
export const RETURN = DEADLINE + 1;

export function peerOf(index: number): Peer {
  return index === 0 ? { kind: "files" } : { kind: "postgres", database: `db${index}` };
}

export function wrapperRules(scenario: Scenario): WrapperRules {
  return {
    peers: scenario.sidecars.map((_, index) => peerOf(index)),
    upload: scenario.upload ?? "on-success",
    grace: GRACE,
    silenceTimeout: SILENCE,
    returnTimeout: RETURN,
    startTimeout: START_TIMEOUT,
    uploadTimeout: UPLOAD_TIMEOUT,
    request: "word",
  };
}

/** `fresh` names what is prepared by an attempt. */
export function sidecarRules(scenario: Scenario, index: number, fresh = ""): SidecarRules {
  const plan = scenario.sidecars[index];
  return {
    peer: peerOf(index),
    grace: GRACE,
    silenceTimeout: SILENCE,
    returnTimeout: RETURN,
    applicationTimeout: scenario.applicationTimeout ?? 0,
    hasDestination: plan?.source !== true,
    toleratesRestart: plan?.live !== true,
    fresh,
  };
}

export const ABSENT: Process = {
  life: "absent",
  code: 0,
  down: 0,
  frozen: false,
  run: 0,
  machine: 0,
  todo: [],
  work: "none",
  told: -1,
  attempt: 0,
  broken: false,
  slow: undefined,
  old: "",
};

export const NO_MARKERS: Markers = { ready: "none", upload: "none", uploaded: "none" };

export function firstWorld(scenario: Scenario): World {
  const { leftovers } = scenario;
  const earlier = leftovers?.stale === true || leftovers?.statuses !== undefined ? 1 : 0;
  const marker = (name: MarkerName): MarkerFile => {
    if (leftovers?.markers?.includes(name) !== true) return "none";
    return leftovers.stale === true ? 1 : "old";
  };
  const leftStatus = (participant: string, wrapper: boolean): StatusFile => {
    const left = leftovers?.statuses;
    if (left === undefined) return { status: undefined, run: 0, unseen: 0, forged: false };
    const phase = wrapper && left === "ready" ? "running" : left;
    return { status: blankStatus(participant, phase), run: 1, unseen: 0, forged: false };
  };
  return {
    budget: {
      faults: scenario.faults,
      restarts: scenario.restarts,
      run: earlier,
      decided: false,
      full: false,
      since: undefined,
    },
    application: { state: "none", run: 0, code: 0, termed: false, killed: false },
    wrapper: ABSENT,
    file: leftStatus("app", true),
    places: scenario.sidecars.map((_, index) => ({
      process: ABSENT,
      file: leftStatus(`s${index}`, false),
      markers: { ready: marker("ready"), upload: marker("upload"), uploaded: marker("uploaded") },
      ledger: {
        begun: 0,
        bundle: "none",
        of: 0,
        torn: false,
        prepared: false,
        serves: false,
        forced: false,
        missed: false,
      },
    })),
  };
}

export function blankStatus(participant: string, phase: Status["phase"]): Status {
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
  };
}
