/** The only place where the real adapters are put together. */
import { openDirectory } from "../adapters/coordination/directory.ts";
import { systemClock } from "../adapters/clock.ts";
import { createLog } from "../adapters/log.ts";
import { podUid } from "../adapters/pod.ts";
import type { Board } from "../adapters/probes/board.ts";
import type { CommonSettings } from "../config/settings.ts";
import type { Peer } from "../core/participants.ts";
import type { Log } from "../ports.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";
import type { Stops } from "./stops.ts";

export function composeLog(settings: CommonSettings, participant: string): Log {
  return createLog({ format: settings.logFormat, level: settings.logLevel, participant });
}

/** What the participants of a process have in common. */
export interface Household {
  readonly stops: Stops;
  readonly board: Board | undefined;
}

/** Serves probes where the settings ask for it. Errors: `configuration` when the address cannot be had. */
export async function composeBoard(
  settings: CommonSettings,
  participants: readonly string[],
): Promise<Board | undefined> {
  const { probeListen } = settings;
  if (probeListen === undefined) return undefined;
  const { openBoard } = await import("./probe-board.ts");
  return openBoard(settings, probeListen, participants);
}

/** What every participant needs, joined to its run. Errors: `system` when the directory cannot be used. */
export function composeParticipant(
  settings: CommonSettings,
  participant: string,
  peers: readonly Peer[],
  log: Log,
  { stops, board }: Household,
): ParticipantDependencies {
  const identity = settings.runId ?? podUid();
  const directory = settings.coordPoint;
  const joined = openDirectory({ directory, participant, peers, identity, clock: systemClock });
  const coordination = board === undefined ? joined : board.noting(joined);
  return { coordination, clock: systemClock, log, signals: stops.signals };
}
