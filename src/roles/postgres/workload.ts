import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError, oneLine } from "../../core/errors.ts";
import { AT_REST } from "../../core/postgres/control-data.ts";
import { type MadeFrom, provenance } from "../../core/postgres/manifest.ts";
import { createSuperuser, MAINTENANCE_ROLE } from "../../core/postgres/sql.ts";
import type { Memory, Workload, WorkloadReporter } from "../../ports.ts";
import type { ClusterFiles, Installation, Server } from "../../ports/postgres.ts";
import { claimAs, dataPath, type PostgresDependencies, titleOf } from "./dependencies.ts";
import { installationOf, obtainCluster } from "./obtain.ts";
import { compact, dismissClients, isLate, obstacle, outsideFolder, tablespacesOutside } from "./quiesce.ts";
import { Serving } from "./serving.ts";

/** SQLSTATE too_many_connections: the clients hold even the places that are kept for superusers. */
const FULL = "53300";

/** A cluster that may be archived as it lies there. */
interface UploadBasis {
  readonly installation: Installation;
  /** Whether the next start needs no recovery. */
  readonly clean: boolean;
  readonly checkpointFile: string;
}

/** One database with its server: from what it is restored from to the bundle it becomes. */
export class PostgresWorkload implements Workload {
  /** A server that is gone took the application's connections with it. */
  readonly toleratesRestart = false;
  readonly #settings: DatabaseSettings;
  readonly #with: PostgresDependencies;
  readonly #path: string;
  readonly #title: string;
  readonly #files: ClusterFiles;
  readonly #serving: Serving;
  #madeFrom: MadeFrom | undefined;

  constructor(settings: DatabaseSettings, dependencies: PostgresDependencies) {
    this.#settings = settings;
    this.#with = dependencies;
    this.#path = dataPath(settings);
    this.#title = titleOf(settings);
    this.#files = dependencies.postgres.files(this.#path);
    this.#serving = new Serving(settings, dependencies);
  }

  get died(): Promise<Error> {
    return this.#serving.died;
  }

  get hasDestination(): boolean {
    return this.#settings.destination !== undefined;
  }

  /** Whether what is served was made from a bundle of an older major version. */
  get isUpgraded(): boolean {
    return this.#madeFrom !== undefined;
  }

  async prepare(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void> {
    const { name, destination, owner } = this.#settings;
    const resumed = memory.uploaded.some((bundle) => bundle.name === name) || name in memory.reserved;
    if (destination?.idFile !== undefined && !resumed) this.#with.idFiles.expectAbsent(destination.idFile);
    await this.#serving.check();
    const { installation, isNew, madeFrom } = await obtainCluster(
      this.#settings,
      this.#with,
      reporter,
      signal,
    );
    this.#madeFrom = madeFrom;
    if (madeFrom !== undefined && destination === undefined) {
      this.#with.log.warn("upgraded for this run alone: there is no destination to archive it to", {
        database: name,
      });
    }
    reporter.doing(`starting ${this.#title}`);
    const server = await this.#serving.start(installation, signal);
    if (isNew) {
      if (owner !== MAINTENANCE_ROLE) await server.query(createSuperuser(owner), { signal });
    } else {
      const outside = await tablespacesOutside(server, this.#files, { signal });
      if (outside.length > 0) throw outsideFolder(this.#settings, outside);
    }
    await claimAs("prepared", this.#settings, this.#with, madeFrom);
  }

  async settle(reporter: WorkloadReporter, signal: AbortSignal): Promise<void> {
    if (!this.hasDestination) {
      reporter.doing(`stopping ${this.#title}`);
      await this.#serving.stop();
      return;
    }
    this.#serving.release();
    // The last words of a server that crashes now say more than the question it leaves unanswered.
    const crashed = this.#serving.died.then((cause) => Promise.reject(cause));
    try {
      await Promise.race([this.#settle(reporter, signal), crashed]);
    } catch (error) {
      throw (signal.aborted ? undefined : await this.#serving.crash()) ?? error;
    }
  }

  async #settle(reporter: WorkloadReporter, signal: AbortSignal): Promise<void> {
    const server = await this.#serverWithoutClients(reporter, signal);
    if (server === "settled") return;
    const hindrance = await obstacle(this.#settings, server, this.#files, signal);
    if (hindrance === undefined) await compact(this.#settings, this.#with, server, reporter, signal);
    reporter.doing(`stopping ${this.#title}`);
    await this.#serving.stop();
    if (hindrance !== undefined) throw hindrance;
    await this.#mayUpload();
    await claimAs("settled", this.#settings, this.#with, this.#madeFrom);
  }

  async upload(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void> {
    const { engine, newId, idFiles, log, progress } = this.#with;
    const { name, destination } = this.#settings;
    if (destination === undefined || memory.uploaded.some((bundle) => bundle.name === name)) return;
    const { installation, clean, checkpointFile } = await this.#mayUpload();
    if (clean) await this.#files.trimLog(installation.major, checkpointFile);
    await this.#files.record(installation.version, clean, this.#madeFrom);
    const { repo, commandFlags, idFile } = destination;
    const reserved = memory.reserved[name] ?? newId?.();
    if (reserved !== undefined) reporter.reserve(name, reserved);
    const label = destination.label === undefined ? {} : { label: destination.label };
    const chosen = reserved === undefined ? {} : { id: reserved };
    const origin = this.#madeFrom === undefined ? "" : ` (${provenance(this.#madeFrom)})`;
    reporter.doing(`uploading ${this.#title}`);
    const request = {
      repo,
      path: this.#path,
      message: destination.message + origin,
      commandFlags,
      linksInto: [],
      ...label,
      ...chosen,
    };
    const { id, files, bytes } = await engine.upload(request, progress(`upload ${name}`), signal);
    if (idFile !== undefined) idFiles.write(idFile, id);
    log.info("uploaded", { database: name, id, files, bytes, ...label });
    reporter.bundle({ name, direction: "out", repo, id, ...label });
  }

  async abandon(): Promise<void> {
    await this.#serving.abandon();
  }

  /**
   * After a restart there is no server, only what the killed attempt left: unless that was settled already, it is
   * started for ourselves alone, and so is a server whose clients leave no room for us, or lock us out.
   */
  async #serverWithoutClients(reporter: WorkloadReporter, signal: AbortSignal): Promise<Server | "settled"> {
    const { postgres, log } = this.#with;
    const server = this.#serving.current;
    if (server !== undefined) {
      try {
        await dismissClients(this.#settings, this.#with, server, reporter, signal);
        return server;
      } catch (error) {
        const full = error instanceof KnownError && error.details?.["sqlstate"] === FULL;
        if (!full && !isLate(error)) throw error;
        log.warn("its clients keep us out: restarting the server without them", { cause: oneLine(error) });
        if ((await this.#serving.stop()) !== "fast") await this.#mayUpload();
      }
    } else if (await this.#recallSettled()) {
      return "settled";
    }
    const installation = await installationOf(this.#path, this.#with, await postgres.installations());
    reporter.doing(`starting ${this.#title} for ourselves alone`);
    return await this.#serving.startAlone(installation, signal);
  }

  /** Whether an earlier attempt settled the data folder; takes up what it knew. */
  async #recallSettled(): Promise<boolean> {
    await this.#serving.endLeftover();
    const occupancy = await this.#with.postgres.dataFolder(this.#path).occupancy();
    if (occupancy.type !== "ours" || occupancy.claim.phase === "preparing") {
      throw new KnownError(
        "system",
        `cannot archive ${this.#title}: its data folder "${this.#path}" is gone or incomplete`,
      );
    }
    this.#madeFrom = occupancy.claim.madeFrom;
    return occupancy.claim.phase === "settled";
  }

  /**
   * Only a cluster that says itself that it was shut down is archived.
   * Errors: `system` when it needs recovery and that is not wanted.
   */
  async #mayUpload(): Promise<UploadBasis> {
    const { postgres, log } = this.#with;
    const installation = await installationOf(this.#path, this.#with, await postgres.installations());
    const { state, checkpointFile } = await postgres.controlData(installation, this.#path);
    const clean = state === AT_REST;
    if (!clean && !this.#settings.uploadAfterImmediate) {
      throw new KnownError(
        "system",
        `cannot archive ${this.#title}: it was not shut down cleanly (pg_controldata: "${state}")`,
        {
          remedy:
            "give the shutdown more time (serverStopTimeout), or set uploadAfterImmediate to archive it all the same",
        },
      );
    }
    if (!clean)
      log.warn("archiving a database that needs recovery", { database: this.#settings.name, state });
    return { installation, clean, checkpointFile };
  }
}
