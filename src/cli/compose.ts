/** The only place where the real adapters are put together. */
import { openDirectory } from "../adapters/coordination/directory.ts";
import { systemClock } from "../adapters/clock.ts";
import { createLog } from "../adapters/log.ts";
import { podUid } from "../adapters/pod.ts";
import { onSignals } from "../adapters/signals.ts";
import type { CommonSettings } from "../config/settings.ts";
import type { Peer } from "../core/participants.ts";
import type { Log } from "../ports.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";

export function composeLog(settings: CommonSettings, participant: string): Log {
  return createLog({ format: settings.logFormat, level: settings.logLevel, participant });
}

/** What every participant needs, joined to its run. Errors: `system` when the directory cannot be used. */
export function composeParticipant(
  settings: CommonSettings,
  participant: string,
  peers: readonly Peer[],
  log: Log,
): ParticipantDependencies {
  const identity = settings.runId ?? podUid();
  const directory = settings.coordPoint;
  const coordination = openDirectory({ directory, participant, peers, identity, clock: systemClock });
  return { coordination, clock: systemClock, log, signals: onSignals };
}
