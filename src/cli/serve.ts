import { randomUUID } from "node:crypto";
import { systemClock } from "../adapters/clock.ts";
import { idFiles } from "../adapters/id-files.ts";
import { isTerminal } from "../adapters/log.ts";
import { podUid } from "../adapters/pod.ts";
import type { CommonSettings, FilesSettings, PostgresSettings } from "../config/settings.ts";
import { KnownError } from "../core/errors.ts";
import { participantOf, type Peer } from "../core/participants.ts";
import type { Log, Memory, Report, Workload, WorkloadReporter } from "../ports.ts";
import { createFilesWorkload } from "../roles/files.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";
import type { PostgresDependencies } from "../roles/postgres.ts";
import { runSidecar, type SidecarSettings } from "../roles/sidecar.ts";
import { tellFailure } from "../roles/tell-failure.ts";
import { composeBoard, composeParticipant, type Household } from "./compose.ts";
import { composeEngine } from "./compose-engine.ts";
import { conclude, type Ended, live } from "./live.ts";
import { noteStops } from "./stops.ts";

/** What a process serves; at least one of the two. */
export interface Served {
  readonly files?: FilesSettings;
  readonly postgres?: PostgresSettings;
}

/** One participant that this process serves. */
interface Service {
  readonly peer: Peer;
  readonly settings: SidecarSettings;
  readonly build: (log: Log, participant: ParticipantDependencies, progress: Progress) => Promise<Workload>;
}

/** Makes what shows one transfer. */
type Progress = (label: string) => Report;

/**
 * Serves every participant at the same time and returns the exit code of the process. When one fails, the others
 * let go too, whatever their wrapper knows of it.
 */
export async function serve(
  common: CommonSettings,
  served: Served,
  warnings: readonly string[],
): Promise<number> {
  const { files, postgres } = served;
  const services = [
    ...(files === undefined ? [] : [filesService(files)]),
    ...(postgres === undefined ? [] : postgresServices(postgres)),
  ];
  const board = await composeBoard(
    common,
    services.map(({ peer }) => participantOf(peer)),
  );
  const household: Household = { stops: noteStops(), board };
  const migrations = postgres === undefined ? [] : migrate(postgres, household);
  const failed = Promise.withResolvers<Error>();
  const ends = await Promise.all(
    services.map(async ({ peer, settings, build }, index) => {
      const participant = participantOf(peer);
      const ended = await live(participant, settings, async (log) => {
        if (index === 0) for (const warning of warnings) log.warn(warning);
        const dependencies = composeParticipant(settings, participant, [peer], log, household);
        const progress = await composeProgress(log, participant, board);
        const workload = await build(log, dependencies, progress).catch((error: unknown) => {
          tellFailure(peer, error, dependencies);
          throw error;
        });
        return await runSidecar(peer, settings, { ...dependencies, workload, fellow: failed.promise });
      });
      if (ended.message !== undefined) failed.resolve(new KnownError("peer", ended.message));
      return ended;
    }),
  );
  return await conclude(common, [...ends, ...(await migrations)], lingerOf(served), household.stops);
}

/** Milliseconds to stay after success. */
function lingerOf({ files, postgres }: Served): number {
  const staysForEver =
    files?.nativeSidecar === true || postgres?.nativeSidecar === true || files?.sleepInsteadOfExit === true;
  return staysForEver ? Infinity : (postgres?.sleepAfter ?? 0);
}

/** The files sidecar of these settings. */
function filesService(settings: FilesSettings): Service {
  return {
    peer: { kind: "files" },
    settings,
    build: async (log, _, progress) => {
      const composed = await composeEngine(settings, log);
      return createFilesWorkload(settings, { ...composed, idFiles, log, progress });
    },
  };
}

/** One service for each database of these settings that an application uses. */
function postgresServices(settings: PostgresSettings): readonly Service[] {
  return settings.databases
    .filter(({ upgrade }) => upgrade !== "only")
    .map((database) => ({
      peer: { kind: "postgres", database: database.name },
      settings,
      build: async (log, { coordination }, progress) => {
        const { createPostgresWorkload } = await import("../roles/postgres.ts");
        const { run } = coordination;
        return createPostgresWorkload(database, await composeDatabase(settings, log, progress, run));
      },
    }));
}

/** Upgrades every database that is declared for that alone; nobody is waited for. */
async function migrate(settings: PostgresSettings, household: Household): Promise<readonly Ended[]> {
  const databases = settings.databases.filter(({ upgrade }) => upgrade === "only");
  return await Promise.all(
    databases.map(async (database) => {
      const participant = participantOf({ kind: "postgres", database: database.name });
      return await live(participant, settings, async (log) => {
        const { migrateDatabase } = await import("../roles/postgres.ts");
        const progress = await composeProgress(log, participant, household.board);
        const run = settings.runId ?? podUid() ?? randomUUID();
        const dependencies = await composeDatabase(settings, log, progress, run);
        await migrateDatabase(database, dependencies, sayingSo(log), NOTHING_YET, household.stops.signal());
        return { exitCode: 0, failure: undefined };
      });
    }),
  );
}

const NOTHING_YET: Memory = { uploaded: [], reserved: {} };

/** For work that leaves no status: what it would say there goes to the log. */
function sayingSo(log: Log): WorkloadReporter {
  return {
    doing: (text) => log.info(text),
    bundle: ({ name, direction, repo, id }) => log.debug("bundle", { name, direction, repo, id }),
    reserve: (name, id) => log.debug("id set aside", { name, id }),
  };
}

async function composeDatabase(
  settings: PostgresSettings,
  log: Log,
  progress: Progress,
  run: string,
): Promise<PostgresDependencies> {
  const { composePostgres, readSecret } = await import("./compose-postgres.ts");
  const { engine, newId } = await composeEngine(settings, log);
  const postgres = composePostgres(settings, log);
  return { postgres, engine, newId, idFiles, log, progress, readSecret, run };
}

async function composeProgress(log: Log, participant: string, board: Household["board"]): Promise<Progress> {
  const { createProgress } = await import("../adapters/progress.ts");
  return (label) => {
    const report = createProgress(log, { label, terminal: isTerminal(), clock: systemClock });
    return board === undefined ? report : board.measuring(participant, label, report);
  };
}
