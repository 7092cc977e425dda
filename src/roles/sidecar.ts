import type { BundleRecord } from "../core/bundle-record.ts";
import { KnownError, oneLine, toKnownError } from "../core/errors.ts";
import { EXIT_CODES } from "../core/exit-codes.ts";
import { participantOf, type Peer } from "../core/participants.ts";
import {
  beginSidecar,
  type SidecarEffect,
  type SidecarEvent,
  type SidecarRules,
  sidecarDeadline,
  sidecarDoing,
  type SidecarState,
  stepSidecar,
  type Work,
} from "../core/sidecar.ts";
import type { CommonSettings } from "../config/settings.ts";
import type { Memory, Workload, WorkloadReporter } from "../ports.ts";
import { type Ending, Participant, type ParticipantDependencies } from "./participant.ts";

export interface SidecarDependencies extends ParticipantDependencies {
  readonly workload: Workload;
  /** Resolves when another participant of the same process has failed. */
  readonly fellow?: Promise<Error>;
}

export interface SidecarSettings extends CommonSettings {
  /** From ready to the request for the upload, milliseconds; 0: for ever. */
  readonly applicationTimeout: number;
}

/** Serves a workload to the wrapper of its pod, and uploads what is to be uploaded. */
export async function runSidecar(
  peer: Peer,
  settings: SidecarSettings,
  dependencies: SidecarDependencies,
): Promise<Ending> {
  const { workload, coordination, clock, log } = dependencies;
  const { previous } = coordination;
  const { hasDestination, toleratesRestart } = workload;
  const rules: SidecarRules = {
    ...settings,
    peer,
    hasDestination,
    toleratesRestart,
    fresh: crypto.randomUUID(),
  };
  const bundles: BundleRecord[] = [...(previous?.bundles ?? [])];
  const reserved: Record<string, string> = { ...previous?.reserved };
  let doing: string | undefined;
  let current = { abort: new AbortController(), done: Promise.resolve() };

  if (previous === undefined) withdrawLeftOver();
  else log.info("started again in this run", { last: previous.phase });
  const first = beginSidecar(rules, coordination.look(), previous);
  if (first.state.phase === "preparing") coordination.withdraw(peer, "ready");

  const participant = new Participant<SidecarState, SidecarEvent, SidecarEffect>(
    participantOf(peer),
    {
      step: (state, event) => {
        const next = stepSidecar(state, event);
        if (state.phase !== "stopping" && next.state.phase === "stopping") tellWhy(next.state);
        return next;
      },
      deadline: sidecarDeadline,
      doing: (state) => (state.work === "none" ? sidecarDoing(state) : doing),
      status: ({ serving, request }) => ({
        bundles: [...bundles],
        reserved: { ...reserved },
        serving,
        ...(request === undefined ? {} : { request }),
      }),
      emit: (effect) => {
        if (effect.type !== "emit") return;
        const out = bundles.filter((bundle) => bundle.direction === "out");
        if (effect.marker === "ready") coordination.emit(peer, "ready");
        else coordination.emit(peer, "uploaded", out);
      },
      doneOnlyIfTold: true,
      perform: (effect, deliver) => {
        if (effect.type === "work") begin(effect.work, deliver);
      },
    },
    settings,
    dependencies,
    first,
  );

  const reporter: WorkloadReporter = {
    doing: (text) => {
      doing = text;
      participant.refresh();
    },
    bundle: (record) => {
      const same = bundles.findIndex((b) => b.name === record.name && b.direction === record.direction);
      bundles.splice(same === -1 ? bundles.length : same, same === -1 ? 0 : 1, record);
      participant.refresh();
    },
    reserve: (name, id) => {
      reserved[name] = id;
      participant.refresh();
    },
  };

  for (const death of [workload.died, dependencies.fellow]) {
    void death?.then((error) => {
      const exitCode = EXIT_CODES[toKnownError(error).kind];
      participant.deliver({ type: "died", at: clock.now(), exitCode, cause: oneLine(error) });
    });
  }

  return await participant.live();

  function tellWhy({ wrapperStatus }: SidecarState): void {
    const exitCode = wrapperStatus?.applicationExitCode;
    log.info("the wrapper wants no upload", exitCode === undefined ? {} : { applicationExitCode: exitCode });
  }

  /** A request from before we were ready cannot be meant for this run: an old wrapper left it in a used directory. */
  function withdrawLeftOver(): void {
    const markers = coordination.look().peers[participantOf(peer)]?.markers;
    for (const marker of ["upload", "uploaded"] as const) {
      if (markers?.[marker]) log.warn("removed a marker left by an earlier run", { marker });
      // Ours of an earlier run as well: an old wrapper would believe them.
      coordination.withdraw(peer, marker);
    }
  }

  function begin(work: Work, deliver: (event: SidecarEvent) => void): void {
    const before = current;
    if (work === "abandon") before.abort.abort(new KnownError("stopped", "broken off"));
    const abort = new AbortController();
    const done = before.done.then(async () => {
      try {
        await perform(work, abort.signal);
        deliver({ type: "finished", at: clock.now(), work });
      } catch (error) {
        const { kind } = toKnownError(error);
        const cause = oneLine(error);
        log.debug(`${work} failed`, { error });
        deliver({ type: "work-failed", at: clock.now(), work, exitCode: EXIT_CODES[kind], cause });
      }
    });
    current = { abort, done };
  }

  async function perform(work: Work, signal: AbortSignal): Promise<void> {
    doing = undefined;
    const uploaded = bundles.filter((bundle) => bundle.direction === "out");
    const memory: Memory = { uploaded, reserved: { ...reserved } };
    switch (work) {
      case "prepare":
        return await workload.prepare(reporter, memory, signal);
      case "settle":
        return await workload.settle(reporter, signal);
      case "upload":
        return await workload.upload(reporter, memory, signal);
      case "abandon":
        return await workload.abandon(reporter);
    }
  }
}
