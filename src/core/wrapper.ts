/**
 * The wrapper's state machine: pure, so that it can be explored exhaustively.
 *
 *   waiting ──all ready──▶ running ──exit, output wanted──▶ uploading ──all uploaded──▶ done
 *      │                     │  └──exit, nothing wanted──▶ done | failed
 *      │                     └──peer failed, stop asked──▶ stopping ──exit──▶ uploading | failed
 *      └──────── peer failed or silent, stop asked, directory damaged ───────▶ failed
 *
 * `waiting` covers the moment between asking for the application's start and hearing of it (`starting`).
 */
import { EXIT_CODES, exitCodeOf, type Outcome } from "./exit-codes.ts";
import type { Observation } from "./observation.ts";
import { markerPath, participantOf, type Peer, peerTitle } from "./participants.ts";
import { SIGKILL, signalName, SIGTERM, STOP_SIGNALS_ALONE, STOP_SIGNALS } from "./signals.ts";
import { type Decision, type Failure, hasEnded, type Phase, type Status } from "./status.ts";
import {
  hasUploaded,
  inWords,
  isReady,
  look,
  servedBy,
  troubleWith,
  unwatched,
  type WatchedPeer,
} from "./watched-peer.ts";

export type UploadPolicy = "on-success" | "always" | "never";

/** What the wrapper goes by; durations in milliseconds, 0 meaning no limit where said. */
export interface WrapperRules {
  readonly peers: readonly Peer[];
  readonly upload: UploadPolicy;
  /** From being asked to stop, or a peer's failure, to SIGKILL; the upload after a stop must fit in the rest of it. */
  readonly grace: number;
  readonly silenceTimeout: number;
  /** For a peer that had failed before this start to be started again as well. */
  readonly returnTimeout: number;
  /** For a peer that gives no sign of life; 0: for ever. */
  readonly startTimeout: number;
  /** For an upload by a peer that gives no sign of life; 0: for ever. */
  readonly uploadTimeout: number;
  /** A fresh word that goes out with the decision to upload, and that a sidecar repeats when it is done. */
  readonly request: string;
}

export type WrapperEvent =
  | { readonly type: "observed"; readonly observation: Observation }
  | { readonly type: "started"; readonly at: number }
  | { readonly type: "not-started"; readonly at: number; readonly exitCode: number; readonly reason: string }
  | { readonly type: "exited"; readonly at: number; readonly outcome: Outcome }
  | { readonly type: "lost"; readonly at: number; readonly reason: string }
  | { readonly type: "signal"; readonly at: number; readonly signal: number }
  | { readonly type: "timer"; readonly at: number };

export type WrapperEffect =
  | { readonly type: "start-application" }
  | { readonly type: "signal-application"; readonly signal: number }
  | { readonly type: "request-upload"; readonly peer: Peer }
  | { readonly type: "exit"; readonly code: number };

export interface WrapperState {
  readonly rules: WrapperRules;
  readonly phase: Phase;
  readonly phaseBegan: number;
  readonly lastLook: number;
  readonly peers: Readonly<Record<string, WatchedPeer>>;
  /** The application was asked to start and has not ended. */
  readonly application: "none" | "starting" | "running" | "ended";
  readonly applicationExitCode?: number;
  readonly decision?: Decision;
  /** What each sidecar was serving when the application was started. */
  readonly served?: Readonly<Record<string, string>>;
  readonly request?: string;
  /** Asked to stop by this signal; the grace ends at `deadline`. */
  readonly stop?: { readonly signal: number; readonly deadline: number };
  /** SIGKILL was sent to the application. */
  readonly killed: boolean;
  readonly failure?: Failure;
}

export interface WrapperStep {
  readonly state: WrapperState;
  readonly effects: readonly WrapperEffect[];
}

/**
 * The first state. `first` is a first look at the directory, `previous` is the status a killed attempt of this run left: what the application
 * achieved is not done again, and a run that is over stays over.
 */
export function beginWrapper(rules: WrapperRules, first: Observation, previous?: Status): WrapperStep {
  const { at } = first;
  const peers = Object.fromEntries(
    rules.peers.map((peer) => {
      const name = participantOf(peer);
      const found = previous === undefined ? undefined : first.peers[name];
      return [name, unwatched(found, previous?.served?.[name] !== undefined)];
    }),
  );
  const blank: WrapperState = {
    rules,
    phase: "waiting",
    phaseBegan: at,
    lastLook: at,
    peers,
    application: "none",
    killed: false,
  };
  const leftOver = previous?.decision === undefined ? leftOverMarker(rules, first) : undefined;
  if (leftOver !== undefined) {
    const cause = `the coordination directory was used before: ${leftOver} is there already; use a fresh one`;
    return fail(blank, undefined, EXIT_CODES.configuration, cause);
  }
  const code = previous?.applicationExitCode;
  if (previous === undefined || code === undefined || previous.decision === undefined) {
    return { state: blank, effects: [] };
  }
  const { served, request } = previous;
  const ended: WrapperState = {
    ...blank,
    application: "ended",
    applicationExitCode: code,
    ...(served === undefined ? {} : { served }),
    ...(request === undefined ? {} : { request }),
  };
  if (previous.decision === "upload" && previous.phase !== "done") return askForUploads(ended, at);
  const state: WrapperState = {
    ...ended,
    phase: previous.phase,
    decision: previous.decision,
    ...(previous.failure === undefined ? {} : { failure: previous.failure }),
  };
  return { state, effects: [{ type: "exit", code }] };
}

/** A marker that only an earlier run of old participants can have left: nobody has asked for an upload yet. */
function leftOverMarker(rules: WrapperRules, first: Observation): string | undefined {
  for (const peer of rules.peers) {
    const markers = first.peers[participantOf(peer)]?.markers;
    if (markers?.uploaded) return markerPath(peer, "uploaded");
    if (markers?.upload) return markerPath(peer, "upload");
  }
  return undefined;
}

export function stepWrapper(state: WrapperState, event: WrapperEvent): WrapperStep {
  if (hasEnded(state)) return stay(state);
  switch (event.type) {
    case "observed":
      return onObserved(state, event.observation);
    case "started":
      return onStarted(state, event.at);
    case "not-started":
      return onNotStarted(state, event.exitCode, event.reason);
    case "exited":
      return onExited(state, event.outcome, event.at);
    case "lost":
      return fail({ ...state, application: "ended" }, undefined, EXIT_CODES.bug, event.reason);
    case "signal":
      return onSignal(state, event.signal, event.at);
    case "timer":
      return onTimer(state, event.at);
  }
}

/** When the machine must be stepped again even if nothing happens: an instant in milliseconds. */
export function wrapperDeadline(state: WrapperState): number | undefined {
  return state.stop !== undefined && !state.killed && !hasEnded(state) ? state.stop.deadline : undefined;
}

/** What is being waited for, in words. */
export function wrapperDoing(state: WrapperState): string | undefined {
  const missing = (has: (state: WrapperState, peer: Peer) => boolean): string =>
    state.rules.peers
      .filter((peer) => !has(state, peer))
      .map((peer) => `${peerTitle(peer)}${inWords(watched(state, peer))}`)
      .join(", ");
  switch (state.phase) {
    case "waiting":
      return state.application === "none" ? `waiting for ${missing(ready)}` : "starting the application";
    case "running":
      return "the application runs";
    case "stopping":
      return "waiting for the application to end";
    case "uploading":
      return `waiting for the upload by ${missing(uploaded)}`;
    default:
      return undefined;
  }
}

function onObserved(before: WrapperState, observation: Observation): WrapperStep {
  const elapsed = observation.at - before.lastLook;
  const peers = Object.fromEntries(
    Object.entries(before.peers).map(([name, peer]) => [
      name,
      look(peer, observation.peers[name], elapsed, before.rules.silenceTimeout),
    ]),
  );
  const state = { ...before, peers, lastLook: observation.at };
  if (observation.damage !== undefined) {
    return abort(state, observation.at, observation.damage.exitCode, observation.damage.cause);
  }
  const trouble = troubleWithPeers(state, observation.at);
  if (trouble !== undefined) return abort(state, observation.at, EXIT_CODES.peer, trouble);
  if (state.phase === "waiting" && state.application === "none" && all(state, ready)) {
    const starting: WrapperState = { ...state, application: "starting", served: servedBy(state.peers) };
    return { state: starting, effects: [{ type: "start-application" }] };
  }
  if (state.phase === "uploading" && all(state, uploaded)) return finish(state);
  return stay(state);
}

/** What is wrong with the first peer that can no longer do its part. */
function troubleWithPeers(state: WrapperState, at: number): string | undefined {
  const { rules, phase, served } = state;
  for (const peer of rules.peers) {
    if (phase === "uploading" && uploaded(state, peer)) continue;
    const started = served !== undefined;
    const expected = { ...rules, phase, inPhase: at - state.phaseBegan, started };
    const trouble = troubleWith(peer, watched(state, peer), {
      ...expected,
      served: served?.[participantOf(peer)],
    });
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function onStarted(state: WrapperState, at: number): WrapperStep {
  const running: WrapperState = { ...state, application: "running" };
  if (state.phase !== "stopping") return stay(enter(running, "running", at));
  return { state: running, effects: [{ type: "signal-application", signal: state.stop?.signal ?? SIGTERM }] };
}

/** Counts as an application that ended with this code, as shells have it. */
function onNotStarted(before: WrapperState, exitCode: number, reason: string): WrapperStep {
  const state: WrapperState = { ...before, application: "ended", applicationExitCode: exitCode };
  return fail(state, "discard", exitCode, reason);
}

function onExited(before: WrapperState, outcome: Outcome, at: number): WrapperStep {
  const code = exitCodeOf(outcome);
  const state: WrapperState = { ...before, application: "ended", applicationExitCode: code };
  if (state.failure !== undefined) return fail(state, undefined, state.failure.exitCode, state.failure.cause);
  const { upload } = state.rules;
  const wanted = upload === "always" || (upload === "on-success" && code === 0);
  if (wanted && state.stop !== undefined && at >= state.stop.deadline) {
    return fail(state, undefined, EXIT_CODES.stopped, "no time was left for the upload after the stop");
  }
  if (wanted) return askForUploads(state, at);
  if (code === 0) return end({ ...state, decision: "discard" }, 0);
  const how =
    outcome.type === "code"
      ? `application exited with non-zero-status ${code}`
      : `application was ended by ${signalName(outcome.signal)}`;
  return fail(state, "discard", code, how);
}

function askForUploads(state: WrapperState, at: number): WrapperStep {
  return {
    state: {
      ...enter(state, "uploading", at),
      decision: "upload",
      request: state.request ?? state.rules.request,
    },
    effects: state.rules.peers.map((peer) => ({ type: "request-upload", peer })),
  };
}

function onSignal(state: WrapperState, signal: number, at: number): WrapperStep {
  const pass: WrapperEffect[] =
    state.application === "running" ? [{ type: "signal-application", signal }] : [];
  const stops = state.application === "running" ? STOP_SIGNALS : STOP_SIGNALS_ALONE;
  if (!stops.includes(signal)) return { state, effects: pass };
  const stop = state.stop ?? { signal, deadline: at + state.rules.grace };
  const stopping = { ...state, stop };
  if (state.application === "running" || state.application === "starting") {
    return { state: enter(stopping, "stopping", at), effects: pass };
  }
  if (state.phase === "uploading") return stay(stopping);
  return fail(stopping, undefined, 128 + signal, `stopped by ${signalName(signal)} while ${state.phase}`);
}

function onTimer(state: WrapperState, at: number): WrapperStep {
  if (state.stop === undefined || at < state.stop.deadline) return stay(state);
  if (state.application === "running") {
    if (state.killed) return stay(state);
    return { state: { ...state, killed: true }, effects: [{ type: "signal-application", signal: SIGKILL }] };
  }
  const doing = state.application === "starting" ? "starting the application" : wrapperDoing(state);
  const cause = `stopped by ${signalName(state.stop.signal)}: the grace ended while ${doing}`;
  const failed = fail(state, undefined, state.failure?.exitCode ?? EXIT_CODES.stopped, cause);
  if (state.application !== "starting") return failed;
  return { ...failed, effects: [{ type: "signal-application", signal: SIGKILL }, ...failed.effects] };
}

/** The run cannot succeed any more: the application is stopped first when it is there. */
function abort(state: WrapperState, at: number, exitCode: number, cause: string): WrapperStep {
  if (state.failure !== undefined) return stay(state);
  if (state.application === "running" || state.application === "starting") {
    const stop = state.stop ?? { signal: SIGTERM, deadline: at + state.rules.grace };
    const failed = { ...state, stop, failure: { phase: state.phase, cause, exitCode } };
    const effects: WrapperEffect[] =
      state.application === "running" ? [{ type: "signal-application", signal: SIGTERM }] : [];
    return { state: enter(failed, "stopping", at), effects };
  }
  const code = state.applicationExitCode;
  return fail(state, undefined, code === undefined || code === 0 ? exitCode : code, cause);
}

function finish(state: WrapperState): WrapperStep {
  const code = state.applicationExitCode ?? 0;
  if (code === 0) return end(state, 0);
  return fail(state, "upload", code, `application ended with ${code}; its output was uploaded all the same`);
}

function end(state: WrapperState, code: number): WrapperStep {
  return { state: { ...state, phase: "done" }, effects: [{ type: "exit", code }] };
}

function fail(
  state: WrapperState,
  decision: Decision | undefined,
  exitCode: number,
  cause: string,
): WrapperStep {
  const failure = state.failure ?? { phase: state.phase, cause, exitCode };
  const failed: WrapperState = { ...state, phase: "failed", failure };
  return {
    state: decision === undefined ? failed : { ...failed, decision },
    effects: [{ type: "exit", code: exitCode }],
  };
}

function enter(state: WrapperState, phase: Phase, at: number): WrapperState {
  return { ...state, phase, phaseBegan: at };
}

function all(state: WrapperState, has: (state: WrapperState, peer: Peer) => boolean): boolean {
  return state.rules.peers.every((peer) => has(state, peer));
}

function ready(state: WrapperState, peer: Peer): boolean {
  return isReady(watched(state, peer));
}

function uploaded(state: WrapperState, peer: Peer): boolean {
  return hasUploaded(watched(state, peer), state.request);
}

function watched(state: WrapperState, peer: Peer): WatchedPeer {
  return state.peers[participantOf(peer)] ?? unwatched();
}

function stay(state: WrapperState): WrapperStep {
  return { state, effects: [] };
}
