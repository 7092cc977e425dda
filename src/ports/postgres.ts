/** What the Postgres workload needs from the world; the real ones are in `adapters/postgres/`. */
import type { Authentication } from "../core/postgres/access.ts";
import type { NewCluster } from "../core/postgres/arguments.ts";
import type { Claim, Occupancy, Workshop } from "../core/postgres/claim.ts";
import type { ControlData } from "../core/postgres/control-data.ts";
import type { Major } from "../core/postgres/major.ts";
import type { MadeFrom, Manifest } from "../core/postgres/manifest.ts";
import type { Rung, ServerEnd } from "../core/postgres/shutdown.ts";
import type { SocketAddress } from "../core/postgres/upgrade-arguments.ts";
import type { Milliseconds } from "../ports.ts";

/** The programs of one major version. */
export interface Installation {
  readonly major: Major;
  /** `15.18` */
  readonly version: string;
  readonly binDir: string;
}

/** The folder `dataDir/name`, which is ours only when it says so. */
export interface DataFolder {
  readonly path: string;
  occupancy(): Promise<Occupancy>;
  /**
   * Makes the folder when it is missing, gives it to the server's user and writes our claim.
   * Errors: `configuration` when the server could not own it, `system`.
   */
  claim(claim: Claim): Promise<void>;
  /** Removes everything but our own corner. Call only when the folder is ours. */
  clear(): Promise<void>;
  /** An empty folder inside, for a cluster that is being made: what stops half-way is never taken for one. */
  workshop(name: Workshop): Promise<string>;
  /** Moves a finished cluster from its workshop into place, and removes all workshops. */
  adopt(workshop: string): Promise<void>;
}

/** The files of a cluster that no server is running on. */
export interface ClusterFiles {
  /** The major version in `PG_VERSION`; undefined when this is no cluster. */
  major(): Promise<Major | undefined>;
  /** The text of a file; undefined when it is not there. */
  read(name: string): Promise<string | undefined>;
  /** Writes a file as the server's user would. */
  write(name: string, text: string): Promise<void>;
  /** Bytes of everything in it. */
  size(): Promise<number>;
  /**
   * Brings back what datamon does not store: empty folders and modes, as the bundle's manifest says, else as the major
   * version needs them; gives everything to the server's user. Returns the manifest, if there is one.
   */
  restore(major: Major): Promise<Manifest | undefined>;
  /** Whether a path in the data folder is a folder of its own and no link. */
  isFolder(path: string): Promise<boolean>;
  /** Links out of the data folder: tablespaces, or a write-ahead log elsewhere. `pg_tblspc/16400 -> /mnt/fast` */
  outside(major: Major): Promise<readonly string[]>;
  /** Removes log files that a cluster at rest does not need. */
  trimLog(major: Major, checkpointFile: string): Promise<void>;
  /** Removes what belongs to a running server, and writes manifest and `pg_version`. */
  record(version: string, clean: boolean, madeFrom?: MadeFrom): Promise<void>;
}

export interface QueryOptions {
  readonly database?: string;
  readonly signal?: AbortSignal;
  /** When to give up; no bound when not given. */
  readonly timeout?: Milliseconds;
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface ServerRequest {
  readonly installation: Installation;
  readonly folder: string;
  /** The database's name in settings, for messages and for the folder of its socket. */
  readonly name: string;
  readonly port: number;
  /** Empty: reachable over our own socket alone. */
  readonly listenAddress: string;
  readonly authentication: Authentication;
  /** Set as the superuser's before anybody can connect. */
  readonly password?: string;
  readonly parameters: readonly string[];
  /** How long until it answers; 0: for ever. */
  readonly startTimeout: Milliseconds;
  readonly stopTimeout: Milliseconds;
}

/** A server that answered a query when it was handed out: over TCP, unless it listens on its socket alone. */
export interface Server extends SocketAddress {
  /** Resolves with the cause and its last log lines when it ends by itself, never after `stop`. */
  readonly died: Promise<Error>;
  /**
   * Runs statements as superuser in a session of their own.
   * Errors: `system`, with `sqlstate` in its details, or `late` after the timeout; `stopped`.
   */
  query(statement: string, options?: QueryOptions): Promise<readonly Row[]>;
  /**
   * Whether it answers a newcomer over TCP within `timeout`: with a row, or with its own word that it cannot let anybody in now.
   * Errors: `stopped`.
   */
  answers(timeout: Milliseconds, signal: AbortSignal): Promise<boolean>;
  /** Returns once a newcomer is really turned away; sessions that exist go on. Errors: as `query`. */
  refuseClients(options: QueryOptions & { readonly timeout: Milliseconds }): Promise<void>;
  /** Ends the server, whatever it takes; says how it ended. Never rejects. */
  stop(first: Rung): Promise<ServerEnd>;
  /** The end of its log, in one line. */
  lastWords(): string;
}

/** The programs of Postgres. Every method rejects with a KnownError. */
export interface Postgres {
  /** Errors: `configuration` when there is none. */
  installations(): Promise<readonly Installation[]>;
  dataFolder(path: string): DataFolder;
  files(path: string): ClusterFiles;
  /** `initdb`. */
  initialise(installation: Installation, cluster: NewCluster, signal: AbortSignal): Promise<void>;
  /** `pg_controldata`. */
  controlData(installation: Installation, folder: string): Promise<ControlData>;
  /** Errors: `configuration` when somebody listens there already. */
  checkPort(address: string, port: number): Promise<void>;
  /** Ends whatever a server or a sidecar that was killed left running on this folder; no error when there is nothing. */
  endLeftover(folder: string): Promise<void>;
  /** Errors: `system` with the server's last words, `stopped`. */
  start(request: ServerRequest, signal: AbortSignal): Promise<Server>;
  /** Free bytes for us on the volume of a folder. */
  freeSpace(folder: string): Promise<number>;
  /**
   * `pg_upgrade`, or only its check. Errors: `system` with what it said, `stopped`.
   */
  pgUpgrade(request: PgUpgradeRequest, signal: AbortSignal): Promise<void>;
  /**
   * Copies roles and databases from one server to another with the client programs of the newer one, through files in
   * `workshop`. Errors: `system` with the first statement that fails, `stopped`.
   */
  dumpAndRestore(request: DumpRequest, signal: AbortSignal): Promise<void>;
}

/** Both folders have their cluster at rest. */
export interface PgUpgradeRequest {
  readonly name: string;
  readonly from: Installation;
  readonly to: Installation;
  readonly oldFolder: string;
  readonly newFolder: string;
  readonly link: boolean;
  readonly checkOnly: boolean;
}

export interface DumpRequest {
  /** The newer server's. */
  readonly tools: Installation;
  readonly from: Server;
  readonly to: Server;
  readonly databases: readonly string[];
  readonly workshop: string;
}
