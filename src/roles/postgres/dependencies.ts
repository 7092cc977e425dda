import type { DatabaseSettings } from "../../config/settings.ts";
import { participantOf } from "../../core/participants.ts";
import type { ClaimPhase } from "../../core/postgres/claim.ts";
import type { MadeFrom } from "../../core/postgres/manifest.ts";
import type { BundleEngine, Log, Report } from "../../ports.ts";
import type { Postgres } from "../../ports/postgres.ts";
import type { IdFiles } from "../files.ts";

export interface PostgresDependencies {
  readonly postgres: Postgres;
  readonly engine: BundleEngine;
  readonly idFiles: IdFiles;
  readonly log: Log;
  /** A fresh bundle id, when the engine can upload under an id that was chosen before. */
  readonly newId: (() => string) | undefined;
  readonly progress: (label: string) => Report;
  /** Contents of a file that holds a secret, without its line end. Errors: `configuration`. */
  readonly readSecret: (path: string) => Promise<string>;
  /** The run this sidecar has joined: data of an earlier attempt in the same run is gone on with. */
  readonly run: string;
}

/** The data folder of a database. */
export function dataPath(settings: DatabaseSettings): string {
  return `${settings.dataDir.replace(/\/+$/, "")}/${settings.name}`;
}

/** A database in words, for messages. */
export function titleOf(settings: DatabaseSettings): string {
  return `database "${settings.name}"`;
}

export function participantFor(settings: DatabaseSettings): string {
  return participantOf({ kind: "postgres", database: settings.name });
}

/** Writes into the data folder that it is ours, and how far we are with it. */
export async function claimAs(
  phase: ClaimPhase,
  settings: DatabaseSettings,
  { postgres, run }: PostgresDependencies,
  madeFrom?: MadeFrom,
): Promise<void> {
  const claim = { participant: participantFor(settings), run, phase };
  await postgres
    .dataFolder(dataPath(settings))
    .claim({ ...claim, ...(madeFrom === undefined ? {} : { madeFrom }) });
}
