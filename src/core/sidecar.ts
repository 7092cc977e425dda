/**
 * The state machine of a sidecar, whatever it serves: pure, so that it can be explored exhaustively.
 *
 *   preparing ──prepared──▶ ready ──upload asked──▶ uploading (settle, then upload) ──▶ done
 *       │                     │                          │
 *       └── failed work, dead service, wrapper failed or silent, stop asked ──▶ failed, work abandoned
 *       └── application failed, nothing wanted ──▶ stopping (work abandoned) ──▶ done
 *
 * An upload that has begun is finished even when the wrapper is lost: the application's result is good, and a
 * wrapper started again finds it.
 */
import { formatDuration } from "./duration.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { isSilent, type Liveness, UNSEEN, watch } from "./liveness.ts";
import { beatOf, type Observation, owesBeats } from "./observation.ts";
import { participantOf, type Peer } from "./participants.ts";
import { signalName, SIGTERM, STOP_SIGNALS_ALONE } from "./signals.ts";
import { type Failure, hasEnded, type Phase, type Status } from "./status.ts";

/** What a sidecar goes by; durations in milliseconds. */
export interface SidecarRules {
  readonly peer: Peer;
  /** From SIGTERM to giving up; also how long letting go may take. */
  readonly grace: number;
  readonly silenceTimeout: number;
  /** For a wrapper that had failed before this start to be started again as well. */
  readonly returnTimeout: number;
  /** From ready to the request for the upload; 0: for ever. */
  readonly applicationTimeout: number;
  readonly hasDestination: boolean;
  /** Whether the application can go on when this process is killed and started again. */
  readonly toleratesRestart: boolean;
  /** A fresh word that names what this attempt prepares. */
  readonly fresh: string;
}

export type Work = "prepare" | "settle" | "upload" | "abandon";

export type SidecarEvent =
  | { readonly type: "observed"; readonly observation: Observation }
  | { readonly type: "finished"; readonly at: number; readonly work: Work }
  | {
      readonly type: "work-failed";
      readonly at: number;
      readonly work: Work;
      readonly exitCode: number;
      readonly cause: string;
    }
  | { readonly type: "died"; readonly at: number; readonly exitCode: number; readonly cause: string }
  | { readonly type: "signal"; readonly at: number; readonly signal: number }
  | { readonly type: "timer"; readonly at: number };

export type SidecarEffect =
  /** Begin a piece of work; `abandon` first breaks off the one under way. */
  | { readonly type: "work"; readonly work: Work }
  | { readonly type: "emit"; readonly marker: "ready" | "uploaded" }
  | { readonly type: "exit"; readonly code: number };

export interface SidecarState {
  readonly rules: SidecarRules;
  readonly phase: Phase;
  readonly phaseBegan: number;
  readonly lastLook: number;
  /** An earlier attempt may have been ready in this run. */
  readonly resumed: boolean;
  readonly work: Work | "none";
  /** Names the preparations that are being served. */
  readonly serving: string;
  /** The wrapper's request that the upload answers. */
  readonly request?: string;
  readonly wrapper: Liveness;
  readonly wrapperStatus?: Status;
  /** The beat of a wrapper that had failed before this start, and that runs the application when it comes back. */
  readonly awaited?: string;
  readonly stop?: { readonly signal: number; readonly deadline: number };
  /** The end is decided: the code to exit with once the work is abandoned, `deadline` at the latest. */
  readonly leaving?: { readonly exitCode: number; readonly deadline: number };
  readonly failure?: Failure;
}

export interface SidecarStep {
  readonly state: SidecarState;
  readonly effects: readonly SidecarEffect[];
}

/** `previous` is the status that an earlier attempt of this run left, `first` a first look at the directory. */
export function beginSidecar(rules: SidecarRules, first: Observation, previous?: Status): SidecarStep {
  const at = first.at;
  const wrapper = first.wrapper;
  const blank: SidecarState = {
    rules,
    phase: "preparing",
    phaseBegan: at,
    lastLook: at,
    resumed: previous !== undefined,
    work: "none",
    // A restart that the application does not notice goes on serving what was prepared before.
    serving: (rules.toleratesRestart ? previous?.serving : undefined) ?? rules.fresh,
    wrapper: watch(UNSEEN, beatOf(wrapper), 0, rules.silenceTimeout),
    ...(wrapper === undefined ? {} : { wrapperStatus: wrapper }),
    ...awaitedOf(wrapper, previous),
  };
  const uploading: SidecarState = {
    ...blank,
    phase: "uploading",
    serving: previous?.serving ?? rules.fresh,
    ...(previous?.request === undefined ? {} : { request: previous.request }),
  };
  const cutOff = cutOffIn(previous);
  if (cutOff === "done") {
    return { state: { ...uploading, phase: "done" }, effects: [{ type: "exit", code: 0 }] };
  }
  const wanted = uploadAsked(rules, first, wrapper) && !(wrapper !== undefined && hasEnded(wrapper));
  const asked = wanted && previous?.request === wrapper?.request;
  if (previous?.phase === "uploading" || (cutOff === "uploading" && asked)) {
    return begin(uploading, "settle");
  }
  if (cutOff === "uploading" && wrapper?.phase === "failed") {
    return leave(uploading, at, EXIT_CODES.peer, wrapperFailed(wrapper));
  }
  const wasServing = previous?.phase === "ready" && !rules.toleratesRestart;
  const applicationRan =
    wrapper === undefined ? !wanted : ["running", "stopping", "uploading"].includes(wrapper.phase);
  if (wasServing && applicationRan) {
    return leave({ ...blank, phase: "ready" }, at, EXIT_CODES.system, KILLED_WHILE_USED);
  }
  return begin(blank, "prepare");
}

const KILLED_WHILE_USED = "was killed and started again while the application was using what it served";
const NOT_ASKED = "its wrapper has not asked for the upload that a marker asked for";
const STARTED_TOO_EARLY =
  "the application was started before this sidecar was ready: its marker of an earlier run was believed; use a fresh coordination directory";

/** The phase in which an earlier attempt ended; `done` also for one that was done already and failed to say so again. */
function cutOffIn(previous: Status | undefined): Phase | undefined {
  return previous?.phase === "failed" ? previous.failure?.phase : previous?.phase;
}

/** Who is started for the first time has not failed together with its wrapper. */
function awaitedOf(wrapper: Status | undefined, previous: Status | undefined): { readonly awaited?: string } {
  const comesBack = previous !== undefined && wrapper?.phase === "failed" && wrapper.decision === undefined;
  const awaited = comesBack ? beatOf(wrapper) : undefined;
  return awaited === undefined ? {} : { awaited };
}

function wrapperFailed({ failure }: Status, what = "the wrapper failed"): string {
  return failure === undefined ? what : `${what}: ${failure.cause}`;
}

export function stepSidecar(state: SidecarState, event: SidecarEvent): SidecarStep {
  if (state.leaving !== undefined) return onLeaving(state, state.leaving, event);
  if (hasEnded(state)) return stay(state);
  switch (event.type) {
    case "observed":
      return onObserved(state, event.observation);
    case "finished":
      return onFinished(state, event.work, event.at);
    case "work-failed":
      return leave(state, event.at, event.exitCode, event.cause);
    case "died":
      return state.phase === "uploading" ? stay(state) : leave(state, event.at, event.exitCode, event.cause);
    case "signal":
      return onSignal(state, event.signal, event.at);
    case "timer": {
      if (state.stop === undefined || event.at < state.stop.deadline) return stay(state);
      const cause = `stopped by ${signalName(state.stop.signal)}: the grace ended while ${state.phase}`;
      return leave(state, event.at, EXIT_CODES.stopped, cause);
    }
  }
}

/** When the machine must be stepped again even if nothing happens: an instant in milliseconds. */
export function sidecarDeadline(state: SidecarState): number | undefined {
  return state.leaving?.deadline ?? state.stop?.deadline;
}

/** What is being waited for, in words, when no work of its own is being done. */
export function sidecarDoing(state: SidecarState): string | undefined {
  if (state.phase !== "ready") return undefined;
  const phase = state.wrapperStatus?.phase;
  let seen = `its wrapper is ${phase}`;
  if (phase === undefined) seen = "no sign of life from its wrapper yet";
  // Any other failure ends the wait.
  if (phase === "failed") seen = "its wrapper failed before and is not started again yet";
  return `waiting for the application to end (${seen})`;
}

function onObserved(before: SidecarState, observation: Observation): SidecarStep {
  // A wrapper that has ever shown a status is not taken for an old one because the file was removed.
  const wrapper = observation.wrapper ?? before.wrapperStatus;
  const elapsed = observation.at - before.lastLook;
  const liveness = watch(before.wrapper, beatOf(observation.wrapper), elapsed, before.rules.silenceTimeout);
  const state: SidecarState = {
    ...before,
    wrapper: liveness,
    lastLook: observation.at,
    ...(wrapper === undefined ? {} : { wrapperStatus: wrapper }),
  };
  const { at } = observation;
  const { damage } = observation;
  if (damage !== undefined) return leave(state, at, damage.exitCode, damage.cause);
  if (state.phase === "uploading") {
    const undecided = wrapper !== undefined && !hasEnded(wrapper) && wrapper.decision !== "upload";
    return undecided ? leave(state, at, EXIT_CODES.system, NOT_ASKED) : stay(state);
  }
  if (state.phase === "ready" && uploadAsked(state.rules, observation, wrapper)) {
    const used = wrapper?.served;
    if (used !== undefined && used[participantOf(state.rules.peer)] !== state.serving) {
      return leave(state, at, EXIT_CODES.system, KILLED_WHILE_USED);
    }
    const request = wrapper?.request === undefined ? {} : { request: wrapper.request };
    return begin({ ...state, phase: "uploading", phaseBegan: at, ...request }, "settle");
  }
  if (wrapper?.decision === "discard") return letGo(state, at);
  if (wrapper?.phase === "failed") {
    const { returnTimeout } = state.rules;
    if (beatOf(wrapper) !== state.awaited) return leave(state, at, EXIT_CODES.peer, wrapperFailed(wrapper));
    if (!isSilent(liveness, returnTimeout)) return stay(state);
    const cause = `the wrapper has not come back within ${formatDuration(returnTimeout)} after it failed`;
    return leave(state, at, EXIT_CODES.peer, wrapperFailed(wrapper, cause));
  }
  const applicationRuns = wrapper?.phase === "running" || wrapper?.phase === "stopping";
  if (state.phase === "preparing" && applicationRuns) {
    if (!state.resumed) return leave(state, at, EXIT_CODES.configuration, STARTED_TOO_EARLY);
    if (!state.rules.toleratesRestart) return leave(state, at, EXIT_CODES.system, KILLED_WHILE_USED);
  }
  if (owesBeats(wrapper) && isSilent(liveness, state.rules.silenceTimeout)) {
    const cause = `the wrapper has given no sign of life for ${formatDuration(liveness.quiet)} (last phase: ${wrapper?.phase})`;
    return leave(state, at, EXIT_CODES.peer, cause);
  }
  const { applicationTimeout } = state.rules;
  if (state.phase === "ready" && applicationTimeout > 0 && at - state.phaseBegan > applicationTimeout) {
    const cause = `the application did not end within ${formatDuration(applicationTimeout)}`;
    return leave(state, at, EXIT_CODES.peer, cause);
  }
  return stay(state);
}

function uploadAsked(rules: SidecarRules, observation: Observation, wrapper: Status | undefined): boolean {
  if (wrapper !== undefined) return wrapper.decision === "upload";
  return observation.peers[participantOf(rules.peer)]?.markers.upload ?? false;
}

function onFinished(state: SidecarState, work: Work, at: number): SidecarStep {
  if (work !== state.work) return stay(state);
  const idle: SidecarState = { ...state, work: "none" };
  if (work === "prepare") {
    return {
      state: { ...idle, phase: "ready", phaseBegan: at },
      effects: [{ type: "emit", marker: "ready" }],
    };
  }
  if (work === "settle" && state.rules.hasDestination) return begin(idle, "upload");
  return {
    state: { ...idle, phase: "done", phaseBegan: at },
    effects: [
      { type: "emit", marker: "uploaded" },
      { type: "exit", code: 0 },
    ],
  };
}

function onSignal(state: SidecarState, signal: number, at: number): SidecarStep {
  if (!STOP_SIGNALS_ALONE.includes(signal)) return stay(state);
  const wrapperLives = owesBeats(state.wrapperStatus);
  const mayGoOn = state.phase === "uploading" || (state.phase === "ready" && wrapperLives);
  if (signal === SIGTERM && state.stop === undefined && mayGoOn) {
    return stay({ ...state, stop: { signal, deadline: at + state.rules.grace } });
  }
  return leave(state, at, 128 + signal, `stopped by ${signalName(signal)} while ${state.phase}`);
}

function onLeaving(
  state: SidecarState,
  leaving: NonNullable<SidecarState["leaving"]>,
  event: SidecarEvent,
): SidecarStep {
  const abandoned = (event.type === "finished" || event.type === "work-failed") && event.work === "abandon";
  const late = event.type === "timer" && event.at >= leaving.deadline;
  if (state.work === "none" || !(abandoned || late)) return stay(state);
  const phase = state.failure === undefined ? "done" : "failed";
  return {
    state: { ...state, phase, work: "none" },
    effects: [{ type: "exit", code: leaving.exitCode }],
  };
}

/** Failed: said at once, so that the others can react while the work is being abandoned. */
function leave(state: SidecarState, at: number, exitCode: number, cause: string): SidecarStep {
  return begin(
    {
      ...state,
      phase: "failed",
      phaseBegan: at,
      leaving: { exitCode, deadline: at + state.rules.grace },
      failure: { phase: state.phase, cause, exitCode },
    },
    "abandon",
  );
}

/** Nothing is wanted from us any more, and that is nobody's fault here. */
function letGo(state: SidecarState, at: number): SidecarStep {
  const leaving = { exitCode: 0, deadline: at + state.rules.grace };
  return begin({ ...state, phase: "stopping", phaseBegan: at, leaving }, "abandon");
}

function begin(state: SidecarState, work: Work): SidecarStep {
  return { state: { ...state, work }, effects: [{ type: "work", work }] };
}

function stay(state: SidecarState): SidecarStep {
  return { state, effects: [] };
}
