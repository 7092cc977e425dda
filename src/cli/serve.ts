import { systemClock } from "../adapters/clock.ts";
import { idFiles } from "../adapters/id-files.ts";
import { isTerminal } from "../adapters/log.ts";
import type { CommonSettings, FilesSettings, PostgresSettings } from "../config/settings.ts";
import { KnownError } from "../core/errors.ts";
import { participantOf, type Peer } from "../core/participants.ts";
import type { Log, Report, Workload } from "../ports.ts";
import { createFilesWorkload } from "../roles/files.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";
import { runSidecar, type SidecarSettings } from "../roles/sidecar.ts";
import { composeParticipant } from "./compose.ts";
import { composeEngine } from "./compose-engine.ts";
import { conclude, live } from "./live.ts";

/** One participant that this process serves. */
export interface Service {
  readonly peer: Peer;
  readonly settings: SidecarSettings;
  readonly build: (log: Log, participant: ParticipantDependencies) => Promise<Workload>;
}

/**
 * Serves every participant at the same time and returns the exit code of the process. When one fails, the others
 * let go too, whatever their wrapper knows of it.
 */
export async function serve(
  common: CommonSettings,
  services: readonly Service[],
  warnings: readonly string[],
  linger: number,
): Promise<number> {
  const failed = Promise.withResolvers<Error>();
  const ends = await Promise.all(
    services.map(async ({ peer, settings, build }, index) => {
      const participant = participantOf(peer);
      const ended = await live(participant, settings, async (log) => {
        if (index === 0) for (const warning of warnings) log.warn(warning);
        const dependencies = composeParticipant(settings, participant, [peer], log);
        const workload = await build(log, dependencies);
        return await runSidecar(peer, settings, { ...dependencies, workload, fellow: failed.promise });
      });
      if (ended.message !== undefined) failed.resolve(new KnownError("peer", ended.message));
      return ended;
    }),
  );
  return await conclude(common, ends, linger);
}

/** The files sidecar of these settings. */
export function filesService(settings: FilesSettings): Service {
  return {
    peer: { kind: "files" },
    settings,
    build: async (log) => {
      const composed = await composeEngine(settings, log);
      const progress = await composeProgress(log);
      return createFilesWorkload(settings, { ...composed, idFiles, log, progress });
    },
  };
}

/** One service for each database of these settings; they share what is known of the installed servers. */
export function postgresServices(settings: PostgresSettings): readonly Service[] {
  return settings.databases.map((database) => ({
    peer: { kind: "postgres", database: database.name },
    settings,
    build: async (log, { coordination }) => {
      const [{ createPostgresWorkload }, { composePostgres, readSecret }] = await Promise.all([
        import("../roles/postgres.ts"),
        import("./compose-postgres.ts"),
      ]);
      const { engine, newId } = await composeEngine(settings, log);
      const postgres = composePostgres(settings, log);
      const progress = await composeProgress(log);
      const { run } = coordination;
      return createPostgresWorkload(database, {
        postgres,
        engine,
        newId,
        idFiles,
        log,
        progress,
        readSecret,
        run,
      });
    },
  }));
}

async function composeProgress(log: Log): Promise<(label: string) => Report> {
  const { createProgress } = await import("../adapters/progress.ts");
  return (label) => createProgress(log, { label, terminal: isTerminal(), clock: systemClock });
}
