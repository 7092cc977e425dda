import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError, oneLine } from "../../core/errors.ts";
import { isLoopback } from "../../core/postgres/access.ts";
import type { Installation, Server } from "../../ports/postgres.ts";
import { dataPath, type PostgresDependencies, titleOf } from "./dependencies.ts";

/** The server of one database, from its start to its end, started again after a crash as often as the settings allow. */
export class Serving {
  readonly #settings: DatabaseSettings;
  readonly #with: PostgresDependencies;
  readonly #death = Promise.withResolvers<Error>();
  readonly #over = new AbortController();
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
    this.#watch(server, installation);
    return server;
  }

  /** Starts it so that nobody but us can reach it. */
  async startAlone(installation: Installation, signal: AbortSignal): Promise<Server> {
    return await this.#run(installation, "", signal);
  }

  /** Stops it in an orderly way; when that takes too long, in another. */
  async stop(): Promise<void> {
    const server = this.#current;
    this.#current = undefined;
    const rung = await server?.stop("fast");
    if (rung === undefined || rung === "fast") return;
    const { serverStopTimeout: milliseconds } = this.#settings;
    this.#with.log.warn("the fast shutdown took too long, the server was cut off", {
      milliseconds,
      ended: rung,
    });
    await this.endLeftover();
  }

  /** What was written since the start is given up, so nothing is waited for. */
  async abandon(): Promise<void> {
    this.#over.abort(new KnownError("stopped", "broken off"));
    await this.#current?.stop("immediate");
    await this.endLeftover();
  }

  async endLeftover(): Promise<void> {
    await this.#with.postgres.endLeftover(dataPath(this.#settings), this.#settings.serverStopTimeout);
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

  #watch(server: Server, installation: Installation): void {
    void server.died.then(async (cause) => {
      if (this.#current !== server || this.#over.signal.aborted) return;
      if (this.#restartsLeft === 0) {
        this.#death.resolve(cause);
        return;
      }
      this.#restartsLeft -= 1;
      this.#with.log.warn("starting the server again", { cause: oneLine(cause), left: this.#restartsLeft });
      try {
        await this.endLeftover();
        await this.start(installation, this.#over.signal);
      } catch (error) {
        this.#death.resolve(error instanceof Error ? error : cause);
      }
    });
  }
}
