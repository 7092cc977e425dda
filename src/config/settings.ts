/** The settings of every role after parsing: what the roles are given. All durations are milliseconds. */
import type { Peer } from "../core/participants.ts";
import type { BundleRef, LogLevel, Milliseconds } from "../ports.ts";
import type { SettingsFile } from "./file.ts";
import type { Origin } from "./origin.ts";

export type LogFormat = "auto" | "pretty" | "json";

/** What every participant needs. */
export interface CommonSettings {
  /** The shared folder through which wrapper and sidecars signal. */
  readonly coordPoint: string;
  /** Tells one run from an earlier one in the same folder. */
  readonly runId?: string;
  readonly pollInterval: Milliseconds;
  readonly beatInterval: Milliseconds;
  readonly silenceTimeout: Milliseconds;
  /** For another participant that had failed before our start to be started again, too. */
  readonly returnTimeout: Milliseconds;
  readonly grace: Milliseconds;
  readonly terminationMessagePath: string;
  /** `:PORT` or `HOST:PORT` for HTTP probes. */
  readonly probeListen?: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
}

export type { Peer } from "../core/participants.ts";

export type UploadPolicy = "on-success" | "always" | "never";

export interface AppSettings extends CommonSettings {
  readonly peers: readonly Peer[];
  readonly upload: UploadPolicy;
  /** How long a peer that was never seen may take to be ready; 0: for ever. */
  readonly startTimeout: Milliseconds;
  /** How long a peer without a sign of life may take to upload; 0: for ever. */
  readonly uploadTimeout: Milliseconds;
  /** Sleep this long after success instead of exiting, for debugging. */
  readonly sleepAfter: Milliseconds;
  /** The application and its arguments, never empty. */
  readonly command: readonly [string, ...string[]];
}

export type EngineChoice = "auto" | "native" | "datamon";

/** What everything that moves bundles needs. */
export interface TransferSettings {
  readonly engine: EngineChoice;
  /** `file:///…`, for the native engine. */
  readonly store?: string;
  /** datamon's `--context`, also part of every `commandFlags`. */
  readonly context?: string;
  /** datamon's `--config` (the config bucket), also part of every `commandFlags`. */
  readonly configBucket?: string;
  readonly contributorName?: string;
  readonly contributorEmail?: string;
  /** How many transfers run at the same time. */
  readonly parallel: number;
  /** Folder for the full logs of commands. */
  readonly logDirectory: string;
}

export interface SourceBundle {
  readonly type: "source";
  readonly name: string;
  readonly mode: "mount" | "download";
  /** Where the application finds the files: the mount point, or the folder downloaded into. */
  readonly path: string;
  readonly repo: string;
  readonly ref: BundleRef;
  /** Flags for the `datamon` command, `--flag=value`, valid for this mode. */
  readonly commandFlags: readonly string[];
}

export interface DestinationBundle {
  readonly type: "destination";
  readonly name: string;
  readonly path: string;
  readonly repo: string;
  readonly message: string;
  readonly label?: string;
  /** File that receives the id of the uploaded bundle; it must not exist beforehand. */
  readonly idFile?: string;
  readonly commandFlags: readonly string[];
}

export type BundleSettings = SourceBundle | DestinationBundle;

export interface FilesSettings extends CommonSettings, TransferSettings {
  readonly sleepInsteadOfExit: boolean;
  /** How long the application may take from `mountdone` to `initupload`; 0: for ever. */
  readonly applicationTimeout: Milliseconds;
  /** Stays after success until SIGTERM, as Kubernetes' native sidecars must. */
  readonly nativeSidecar: boolean;
  readonly bundles: readonly BundleSettings[];
  /** Arguments of `datamon` commands run before everything else: `["config", "create"]`. */
  readonly configCommands: readonly (readonly string[])[];
}

export type VacuumMode = "off" | "on" | "freeze";
export type UpgradePolicy = "never" | "auto" | "only";
export type Authentication = "trust" | "scram-sha-256";

export interface DatabaseSource {
  readonly repo: string;
  readonly ref: BundleRef;
  readonly commandFlags: readonly string[];
}

export interface DatabaseDestination {
  readonly repo: string;
  readonly message: string;
  readonly label?: string;
  readonly idFile?: string;
  readonly commandFlags: readonly string[];
}

/** One Postgres server. Its markers are in the folder `name` of the coordination folder. */
export interface DatabaseSettings {
  readonly name: string;
  /** The data folder of the server is `dataDir/name`. */
  readonly dataDir: string;
  readonly port: number;
  /** A superuser made beside `postgres` in a new database. */
  readonly owner: string;
  readonly source?: DatabaseSource;
  readonly destination?: DatabaseDestination;
  readonly vacuum: VacuumMode;
  /** Whether a bundle of an older major version is upgraded; `only`: upgrade, archive, end. */
  readonly upgrade: UpgradePolicy;
  /** `pg_upgrade` on a copy of the data files, or with hard links. */
  readonly upgradeMode: "copy" | "link";
  readonly listenAddress: string;
  readonly authentication: Authentication;
  /** Holds the superuser's password, for `scram-sha-256`. */
  readonly passwordFile?: string;
  /** `name=value` for the server, as `postgres -c` takes them. */
  readonly serverParameters: readonly string[];
  /** How often a crashed server is started again before it counts as failed. */
  readonly serverRestarts: number;
  readonly serverStartTimeout: Milliseconds;
  /** How often a server that is being used is asked whether it answers; 0: never. */
  readonly checkInterval: Milliseconds;
  /** How long the answer to a simple question may take before the server counts as hung. */
  readonly answerTimeout: Milliseconds;
  /** How long clients may take to leave before they are terminated. */
  readonly clientTimeout: Milliseconds;
  /** How long the vacuum of all databases together may take before what is left of it is skipped. */
  readonly vacuumTimeout: Milliseconds;
  /** How long a checkpoint, and then a fast shutdown, may take before the immediate one. */
  readonly serverStopTimeout: Milliseconds;
  /** Upload even after an immediate shutdown: the bundle then needs crash recovery. */
  readonly uploadAfterImmediate: boolean;
}

export interface PostgresSettings extends CommonSettings, TransferSettings {
  readonly databases: readonly DatabaseSettings[];
  /** Folders holding the binaries of each major version; empty: the usual places. */
  readonly binDirs: readonly string[];
  /** The user the servers run as when we are root. */
  readonly runAs?: string;
  /** Writable folder for sockets and server logs. */
  readonly runtimeDirectory: string;
  readonly applicationTimeout: Milliseconds;
  /** Stays after success until SIGTERM, as Kubernetes' native sidecars must. */
  readonly nativeSidecar: boolean;
  readonly sleepAfter: Milliseconds;
}

/** Bundles and databases of one process, as one file declares them; at least one of the two is there. */
export interface SidecarSettings extends CommonSettings {
  readonly files?: FilesSettings;
  readonly postgres?: PostgresSettings;
}

/** Settings, where each came from, and what is worth a warning in the log. */
export interface Parsed<Settings> {
  readonly settings: Settings;
  readonly origins: readonly Origin[];
  readonly warnings: readonly string[];
}

/** Everything settings are made of; nothing here is read from the process or the disk. */
export interface Inputs {
  /** Arguments after the role's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `readYaml` made of the file that `configFileOf` named. */
  readonly file?: SettingsFile;
}
