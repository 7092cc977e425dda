import { damageOf } from "../core/damage.ts";
import { oneLine } from "../core/errors.ts";
import { NotStarted } from "../core/not-started.ts";
import { exitCodeOf } from "../core/exit-codes.ts";
import {
  beginWrapper,
  stepWrapper,
  wrapperDeadline,
  wrapperDoing,
  type WrapperEffect,
  type WrapperEvent,
  type WrapperState,
} from "../core/wrapper.ts";
import { type Peer, WRAPPER } from "../core/participants.ts";
import type { AppSettings } from "../config/settings.ts";
import type { Application } from "../ports.ts";
import { type Ending, Participant, type ParticipantDependencies } from "./participant.ts";

export interface WrapperDependencies extends ParticipantDependencies {
  readonly application: Application;
}

/** Waits for the sidecars, runs the application, has its output uploaded. */
export async function runWrapper(settings: AppSettings, dependencies: WrapperDependencies): Promise<Ending> {
  const { application, coordination, clock, log } = dependencies;
  const { previous } = coordination;
  if (previous !== undefined) log.info("started again in this run", { last: previous.phase });
  const first = beginWrapper({ ...settings, request: crypto.randomUUID() }, coordination.look(), previous);
  const participant = new Participant<WrapperState, WrapperEvent, WrapperEffect>(
    WRAPPER,
    {
      step: stepWrapper,
      deadline: wrapperDeadline,
      doing: wrapperDoing,
      status: ({ decision, applicationExitCode, served, request }) => ({
        ...(decision === undefined ? {} : { decision }),
        ...(applicationExitCode === undefined ? {} : { applicationExitCode }),
        ...(served === undefined ? {} : { served }),
        ...(request === undefined ? {} : { request }),
      }),
      // The decision is on record before anybody acts on it: killed in between, we must not run the application again.
      emit: () => {},
      perform: (effect, deliver) => {
        if (effect.type === "request-upload") requestUpload(effect.peer, deliver);
        if (effect.type === "signal-application") application.signal(effect.signal);
        if (effect.type === "start-application") void start(deliver);
      },
    },
    settings,
    dependencies,
    first,
  );

  const requestUpload = (peer: Peer, deliver: (event: WrapperEvent) => void): void => {
    try {
      coordination.emit(peer, "upload");
    } catch (error) {
      const observation = { at: clock.now(), peers: {}, damage: damageOf(error) };
      deliver({ type: "observed", observation });
    }
  };

  const start = async (deliver: (event: WrapperEvent) => void): Promise<void> => {
    try {
      const { pid } = await application.start();
      log.info("application started", { pid });
      deliver({ type: "started", at: clock.now() });
      const outcome = await application.ended;
      log.info("application ended", { exitCode: exitCodeOf(outcome) });
      deliver({ type: "exited", at: clock.now(), outcome });
    } catch (error) {
      if (error instanceof NotStarted) {
        const { exitCode, message } = error;
        deliver({ type: "not-started", at: clock.now(), exitCode, reason: message });
      } else deliver({ type: "lost", at: clock.now(), reason: oneLine(error) });
    }
  };

  return await participant.live();
}
