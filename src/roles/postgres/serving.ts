import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError, oneLine } from "../../core/errors.ts";
import { isLoopback } from "../../core/postgres/access.ts";
import { approachTo } from "../../core/postgres/claim.ts";
import type { ServerEnd } from "../../core/postgres/shutdown.ts";
import type { Installation, Server } from "../../ports/postgres.ts";
import { dataPath, participantFor, type PostgresDependencies, titleOf } from "./dependencies.ts";
import { untilHung } from "./hung.ts";

/** A process is heard to have ended once its output is closed, which its orphans may delay. */
const HEARD_MS = 2000;

/**
 * The server of one database, from its start to its end, started again after a crash as often as the settings allow. One that
 * answers nobody any more has crashed as well.
 */
export class Serving {
  readonly #settings: DatabaseSettings;
  readonly #with: PostgresDependencies;
  readonly #death = Promise.withResolvers<Error>();
  readonly #over = new AbortController();
  /** Aborted once the server is no longer there for the application. */
  readonly #ending = new AbortController();
  #password: string | undefined;
  #restartsLeft: number;
  #current: Server | undefined;

  constructor(settings: DatabaseSettings, dependencies: PostgresDependencies) {
    this.#settings = settings;
    this.#with = dependencies;
    this.#restartsLeft = settings.serverRestarts;
  }

  /** Resolves with the cause when the server crashed once too often. */
  get died(): Promise<Error> {
    return this.#death.promise;
  }

  get current(): Server | undefined {
    return this.#current;
  }

  /**
   * Everything that can be wrong before any data is there.
   * Errors: `configuration`.
   */
  async check(): Promise<void> {
    const { listenAddress, port, authentication, passwordFile } = this.#settings;
    const title = titleOf(this.#settings);
    if (
      authentication === "trust" &&
      !listenAddress.split(",").every((address) => isLoopback(address.trim()))
    ) {
      throw new KnownError(
        "configuration",
        `cannot let ${title} listen on "${listenAddress}": with authentication "trust" everybody who reaches it is superuser`,
        { remedy: 'set authentication to "scram-sha-256" and passwordFile, or listen on localhost' },
      );
    }
    if (authentication === "scram-sha-256") {
      if (passwordFile === undefined) {
        throw new KnownError(
          "configuration",
          `cannot protect ${title} with scram-sha-256: there is no passwordFile`,
        );
      }
      this.#password = await this.#with.readSecret(passwordFile);
    }
    await this.endLeftover();
    await this.#with.postgres.checkPort(listenAddress, port);
  }

  async start(installation: Installation, signal: AbortSignal): Promise<Server> {
    const server = await this.#run(installation, this.#settings.listenAddress, signal);
    const { name, port } = this.#settings;
    this.#with.log.info("serving", { database: name, port, version: installation.version });
    void this.#watch(server, installation);
    return server;
  }

  /** Starts it so that nobody but us can reach it. */
  async startAlone(installation: Installation, signal: AbortSignal): Promise<Server> {
    const server = await this.#run(installation, "", signal);
    void this.#watch(server, installation);
    return server;
  }

  /** What the server has died of, if it has: a session hears of its end a little earlier than we do. */
  async crash(): Promise<Error | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, this.#current === undefined ? 0 : HEARD_MS);
    const cause = await Promise.race([this.#death.promise, promise]);
    clearTimeout(timer);
    return cause;
  }

  /** From now on the server is there for us alone: it is asked nothing more, and a crash is final. */
  release(): void {
    this.#ending.abort();
  }

  /** Stops it in an orderly way; when that takes too long, in another. Nobody is at work on the data folder afterwards. */
  async stop(): Promise<ServerEnd | undefined> {
    this.release();
    const server = this.#current;
    this.#current = undefined;
    const end = await server?.stop("fast");
    if (server === undefined || end === undefined || end === "fast") return end;
    const { name, serverStopTimeout: milliseconds } = this.#settings;
    if (end === "crashed") {
      const message = `Postgres server of database "${name}" ended before it was stopped: ${server.lastWords()}`;
      this.#death.resolve(new KnownError("system", message));
    } else {
      const message = "the fast shutdown took too long, the server was cut off";
      this.#with.log.warn(message, { database: name, milliseconds, ended: end });
    }
    await this.endLeftover();
    return end;
  }

  /** What was written since the start is given up, so nothing is waited for. */
  async abandon(): Promise<void> {
    this.#over.abort(new KnownError("stopped", "broken off"));
    await this.#current?.stop("immediate");
    await this.endLeftover();
  }

  /** Ends what a killed attempt left running; a server of somebody else's on a folder that is not ours is left alone. */
  async endLeftover(): Promise<void> {
    const { postgres, run } = this.#with;
    const folder = postgres.dataFolder(dataPath(this.#settings));
    const approach = approachTo(await folder.occupancy(), participantFor(this.#settings), run);
    if (approach !== "refuse") await postgres.endLeftover(folder.path);
  }

  async #run(installation: Installation, listenAddress: string, signal: AbortSignal): Promise<Server> {
    const { name, port, authentication, serverParameters, serverStartTimeout, serverStopTimeout } =
      this.#settings;
    const server = await this.#with.postgres.start(
      {
        installation,
        folder: dataPath(this.#settings),
        name,
        port,
        listenAddress,
        authentication,
        parameters: serverParameters,
        startTimeout: serverStartTimeout,
        stopTimeout: serverStopTimeout,
        ...(this.#password === undefined ? {} : { password: this.#password }),
      },
      AbortSignal.any([signal, this.#over.signal]),
    );
    this.#current = server;
    return server;
  }

  /** Waits for a server to crash or to hang, and deals with it. Never rejects. */
  async #watch(server: Server, installation: Installation): Promise<void> {
    const over = AbortSignal.any([this.#ending.signal, this.#over.signal]);
    const asking = new AbortController();
    const hung = untilHung(server, this.#settings, AbortSignal.any([over, asking.signal]));
    // One that answers nobody heeds no shutdown either.
    const killed = hung.then((cause) => server.stop("killed").then(() => cause));
    const cause = await Promise.race([server.died, killed]);
    asking.abort();
    if (this.#current !== server || this.#over.signal.aborted) return;
    if (this.#restartsLeft === 0 || this.#ending.signal.aborted) {
      this.#death.resolve(cause);
      return;
    }
    this.#restartsLeft -= 1;
    this.#with.log.warn("starting the server again", { cause: oneLine(cause), left: this.#restartsLeft });
    try {
      await this.endLeftover();
      await this.start(installation, over);
    } catch (error) {
      this.#death.resolve(error instanceof Error && !over.aborted ? error : cause);
    }
  }
}
