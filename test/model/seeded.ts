/** Plausible mistakes in the machines and around them; the explorer must catch every one. */
import { beatOf, type Observation, type PeerView } from "../../src/core/observation.ts";
import type { Status } from "../../src/core/status.ts";
import type { WrapperEvent, WrapperState } from "../../src/core/wrapper.ts";
import { type Effect, type Parts, REAL, type Stepped } from "./machines.ts";
import { SMALL } from "./scenarios.ts";
import type { Scenario } from "./world.ts";

export interface SeededFault {
  readonly name: string;
  /** Where it shows. */
  readonly scenario: Scenario;
  readonly parts: Parts;
}

const { stepWrapper, stepSidecar, beginWrapper, beginSidecar } = REAL;

/** The wrapper sees every sidecar through `view`. */
function seeing(view: (view: PeerView, state: WrapperState) => PeerView): Partial<Parts> {
  return {
    stepWrapper: (state, event) => {
      if (event.type !== "observed") return stepWrapper(state, event);
      const peers = Object.fromEntries(
        Object.entries(event.observation.peers).map(([name, seen]) => [name, view(seen, state)]),
      );
      return stepWrapper(state, { ...event, observation: { ...event.observation, peers } });
    },
  };
}

/** Sidecars see their wrapper through `status`. */
function hearing(status: (status: Status) => Status | undefined): Partial<Parts> {
  return {
    stepSidecar: (state, event) => {
      if (event.type !== "observed" || event.observation.wrapper === undefined) {
        return stepSidecar(state, event);
      }
      const { wrapper, ...rest } = event.observation;
      const heard = status(wrapper);
      const observation: Observation = heard === undefined ? rest : { ...rest, wrapper: heard };
      return stepSidecar(state, { ...event, observation });
    },
  };
}

/** The wrapper's steps come out through `change`. */
function doing(
  change: (stepped: Stepped<WrapperState>, event: WrapperEvent) => Stepped<WrapperState>,
): Partial<Parts> {
  return { stepWrapper: (state, event) => change(stepWrapper(state, event), event) };
}

function without(left: (effect: Effect) => boolean): Partial<Parts> {
  return doing((stepped) => ({ ...stepped, effects: stepped.effects.filter((effect) => !left(effect)) }));
}

function withoutStatus({ markers }: PeerView): PeerView {
  return { markers };
}

function seeded(name: string, scenario: string, parts: Partial<Parts>): SeededFault {
  const found = SMALL.find((candidate) => candidate.name === scenario);
  if (found === undefined) throw new Error(`no scenario ${scenario}`);
  return { name, scenario: found, parts: { ...REAL, ...parts } };
}

const ANY = "one sidecar, any accident";
const HEALS = "fails while preparing, started again";

export const SEEDED: readonly SeededFault[] = [
  seeded("the wrapper exits 0 whatever the application's exit code", ANY, {
    ...doing((stepped) => ({
      ...stepped,
      effects: stepped.effects.map((effect) => (effect.type === "exit" ? { ...effect, code: 0 } : effect)),
    })),
  }),
  seeded("an empty marker is taken for the answer of a sidecar that has a status", "tampering", {
    ...seeing((view, { request }) => {
      if (view.status === undefined || !view.markers.uploaded || request === undefined) return view;
      return { ...view, status: { ...view.status, phase: "done", request } };
    }),
  }),
  seeded("any sidecar that is done has answered, whatever it was asked", "tampering", {
    ...seeing((view, { request }) => {
      if (view.status?.phase !== "done" || request === undefined) return view;
      return { ...view, status: { ...view.status, request } };
    }),
  }),
  seeded("the first of two answers is enough", "two sidecars, no accident", {
    stepWrapper: (state, event) => {
      if (event.type !== "observed" || state.phase !== "uploading") return stepWrapper(state, event);
      const first = Object.values(event.observation.peers).find(({ status }) => status?.phase === "done");
      if (first?.status === undefined) return stepWrapper(state, event);
      const { request } = first.status;
      const peers = Object.fromEntries(
        Object.entries(event.observation.peers).map(([name, view]) => [
          name,
          view.status === undefined || request === undefined
            ? view
            : { ...view, status: { ...view.status, phase: "done" as const, request } },
        ]),
      );
      return stepWrapper(state, { ...event, observation: { ...event.observation, peers } });
    },
  }),
  seeded("leftover markers of old peers are not refused", "used by old peers before", {
    beginWrapper: (rules, first, previous) =>
      beginWrapper(
        rules,
        { ...first, peers: {} },
        previous === undefined ? undefined : { ...previous, decision: previous.decision ?? "discard" },
      ),
    withdrawsLeftovers: false,
  }),
  seeded(
    "nobody looks whether a sidecar has prepared again under the application",
    "one sidecar, killed twice",
    {
      ...doing(({ state, effects }) => {
        const { served: _, ...rest } = state;
        return { state: rest, effects };
      }),
    },
  ),
  seeded("the wrapper never takes a sidecar for silent", ANY, {
    ...doing(({ state, effects }) => ({
      state: {
        ...state,
        peers: Object.fromEntries(
          Object.entries(state.peers).map(([name, peer]) => [
            name,
            { ...peer, liveness: { ...peer.liveness, quiet: 0 } },
          ]),
        ),
      },
      effects,
    })),
  }),
  seeded("a sidecar never takes its wrapper for silent", ANY, {
    stepSidecar: (state, event) => {
      const stepped = stepSidecar({ ...state, wrapper: { ...state.wrapper, quiet: 0 } }, event);
      return stepped;
    },
  }),
  seeded("a sidecar whose status is removed is taken for an old one", "tampering", {
    stepWrapper: (state, event) => {
      if (event.type !== "observed") return stepWrapper(state, event);
      const peers = Object.fromEntries(
        Object.entries(state.peers).map(([name, peer]) => [
          name,
          event.observation.peers[name]?.status === undefined && event.observation.damage === undefined
            ? { ...peer, view: withoutStatus(peer.view) }
            : peer,
        ]),
      );
      return stepWrapper({ ...state, peers }, event);
    },
  }),
  seeded("a sidecar does not hear that its wrapper has failed", ANY, {
    ...hearing((status) => (status.phase === "failed" ? undefined : status)),
  }),
  seeded("the application is not stopped when a sidecar fails", ANY, {
    ...without((effect) => effect.type === "signal-application" && effect.signal === 15),
    wrapperDeadline: () => undefined,
  }),
  seeded("SIGKILL never follows SIGTERM", ANY, {
    ...without((effect) => effect.type === "signal-application" && effect.signal === 9),
  }),
  seeded("a deadline that has passed is set again for ever", ANY, {
    wrapperDeadline: (state) => state.stop?.deadline,
  }),
  seeded("what was asked for is dropped when the volume is full, and nobody is told", "full volume", {
    performsUntold: false,
    tellsOfRefusal: false,
  }),
  seeded("a restarted wrapper forgets that it had decided", ANY, {
    beginWrapper: (rules, first, previous) => {
      if (previous === undefined) return beginWrapper(rules, first);
      const { decision: _, ...rest } = previous;
      return beginWrapper(rules, first, rest);
    },
  }),
  seeded("the request for the upload goes out before the decision is on record", "old sidecar", {
    wrapperMarkersFirst: true,
  }),
  seeded("output of a failed application is uploaded", ANY, {
    stepWrapper: (state, event) =>
      stepWrapper({ ...state, rules: { ...state.rules, upload: "always" } }, event),
  }),
  seeded("an upload that was cut off begins anew under another id", ANY, { reserves: false }),
  seeded("a sidecar believes a marker although its wrapper has a status", "tampering", {
    ...hearing((status) =>
      status.decision === undefined && status.phase === "running" ? undefined : status,
    ),
    believes: (marker) => marker === "old",
    stepSidecar: (state, event) => {
      if (event.type !== "observed" || event.observation.peers["files"]?.markers.upload !== true) {
        return stepSidecar(state, event);
      }
      const { wrapper: _, ...rest } = event.observation;
      const { wrapperStatus: __, ...forgetful } = state;
      return stepSidecar(forgetful, { ...event, observation: rest });
    },
  }),
  seeded("a look reads the statuses before the markers", "tampering", { readsMarkersFirst: false }),
  seeded("a failure keeps its cause to itself", ANY, {
    ...doing(({ state, effects }) => ({
      state: state.failure === undefined ? state : { ...state, failure: { ...state.failure, cause: "" } },
      effects,
    })),
  }),
  seeded("a sidecar says that it is done before it leaves the marker for an old wrapper", "old wrapper", {
    sidecarMarkersFirst: false,
  }),
  seeded("a wrapper started again fails because of a failure from before", HEALS, {
    beginWrapper: (rules, first, previous) => beginWrapper({ ...rules, returnTimeout: -1 }, first, previous),
  }),
  seeded("a sidecar started again fails because of a failure from before", HEALS, {
    beginSidecar: (rules, first, previous) => beginSidecar({ ...rules, returnTimeout: -1 }, first, previous),
  }),
  seeded("a failure of now is waited for like one from before", ANY, {
    stepWrapper: (state, event) => {
      if (event.type !== "observed") return stepWrapper(state, event);
      const peers = Object.fromEntries(
        Object.entries(state.peers).map(([name, peer]) => {
          const status = event.observation.peers[name]?.status;
          const found = status?.phase === "failed" ? beatOf(status) : peer.found;
          return [name, found === undefined ? peer : { ...peer, found }];
        }),
      );
      return stepWrapper({ ...state, peers }, event);
    },
  }),
  seeded("a sidecar waits for ever for a wrapper that had failed before", ANY, {
    beginSidecar: (rules, first, previous) =>
      beginSidecar({ ...rules, returnTimeout: Number.MAX_VALUE }, first, previous),
  }),
];
