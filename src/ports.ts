/** What the roles need from the world. The real ones live in `adapters/`, built in `cli/compose.ts` alone. */
import type { BundleRecord } from "./core/bundle-record.ts";
import type { Outcome } from "./core/exit-codes.ts";
import type { Observation } from "./core/observation.ts";
import type { MarkerName, Peer } from "./core/participants.ts";
import type { Status } from "./core/status.ts";

export type { BundleRecord } from "./core/bundle-record.ts";

/** Milliseconds. Instants are counted on the reader's own monotonic clock. */
export type Milliseconds = number;

export interface Clock {
  /** Monotonic milliseconds since some fixed moment in this process. */
  now(): Milliseconds;
  /** The wall clock as RFC 3339 text, for people and metadata; never compared. */
  wall(): string;
  /** Calls back once after `delay`; the returned function cancels. */
  after(delay: Milliseconds, callback: () => void): () => void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Progress of one transfer; `total` is known once the file list is. */
export interface Progress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export type Report = (progress: Progress) => void;

/** Which bundle of a repository is meant; `latest` takes the newest complete one. */
export type BundleRef =
  | { readonly type: "id"; readonly id: string }
  | { readonly type: "label"; readonly label: string }
  | { readonly type: "latest" };

/** Fetch a bundle of `repo` into the folder `destination`. */
export interface DownloadRequest {
  readonly repo: string;
  readonly ref: BundleRef;
  readonly destination: string;
  /**
   * Extra flags for the `datamon` command, already validated: `--cache-size=50MB`. The native engine obeys those that
   * say what is moved.
   */
  readonly commandFlags?: readonly string[];
}

export interface Downloaded {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
}

/** Archive the folder `path` as a new bundle of `repo`, and label it last of all. */
export interface UploadRequest {
  readonly repo: string;
  readonly path: string;
  readonly message: string;
  readonly label?: string;
  /** The id the bundle shall have. If a complete bundle has it already, only the label is set. Native engine only. */
  readonly id?: string;
  /** Folders beside `path` that symbolic links may lead into; anywhere without it. */
  readonly linksInto?: readonly string[];
  readonly commandFlags?: readonly string[];
}

export interface Uploaded {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
}

/** Serve a bundle of `repo` read-only at the folder `mountPoint`, which is made if need be. */
export interface MountRequest {
  readonly repo: string;
  readonly ref: BundleRef;
  readonly mountPoint: string;
  readonly commandFlags?: readonly string[];
}

/** A mount that was ready when it was handed out. */
export interface Mount {
  readonly mountPoint: string;
  /** Resolves with the cause when the mount dies by itself, never after `release` was called. */
  readonly died: Promise<Error>;
  /** Unmounts and waits until it is gone from the mount table. Errors: `system` when it cannot be unmounted. */
  release(): Promise<void>;
}

/**
 * Moves bundles. Every method rejects with a KnownError (`transfer`, `system`, `configuration`) and, when
 * `signal` aborts, stops its work, leaves nothing half done that looks done, and rejects with `stopped`.
 */
export interface BundleEngine {
  readonly name: "native" | "datamon";
  download(request: DownloadRequest, report: Report, signal: AbortSignal): Promise<Downloaded>;
  upload(request: UploadRequest, report: Report, signal: AbortSignal): Promise<Uploaded>;
  mount(request: MountRequest, signal: AbortSignal): Promise<Mount>;
}

/** The wrapped application, started at most once, in a process group of its own. */
export interface Application {
  /** Resolves once the application's program has replaced ours. Rejects with NotStarted. */
  start(): Promise<{ readonly pid: number }>;
  /** Sends a signal to the application's whole process group; no error when it is gone. */
  signal(signal: number): void;
  /** Resolves when the application has ended; rejects with `bug` when its supervisor is lost. */
  readonly ended: Promise<Outcome>;
}

/** What a participant remembers of its earlier attempts in the same run, restored after a restart. */
export interface Memory {
  /** Bundles whose upload, label included, is complete: never uploaded again. */
  readonly uploaded: readonly BundleRecord[];
  /** Ids set aside for uploads before they began, by destination name: an upload that was cut off goes on under its id. */
  readonly reserved: Readonly<Record<string, string>>;
}

/** How a workload tells its sidecar of things to publish and to remember. */
export interface WorkloadReporter {
  /** What is being done now, in words: shown by `status` and in the log of whoever waits. */
  doing(text: string): void;
  /** A bundle was fetched (`in`) or completely uploaded (`out`). Written to the status file before it returns. */
  bundle(record: BundleRecord): void;
  /** An id was set aside for the destination `name`. Written to the status file before it returns. */
  reserve(name: string, id: string): void;
}

/**
 * What a sidecar serves: bundles, or a database. The sidecar's state machine drives it through its life:
 * prepare → (served) → settle → upload, or abandon at any point. Every method rejects with a KnownError.
 */
export interface Workload {
  /** Fetches, mounts, starts. Can be done again after a restart of the container. */
  prepare(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void>;
  /** Resolves with the cause when something that was being served dies. */
  readonly died: Promise<Error>;
  /**
   * Stops serving, so that the data is at rest. After a restart in the middle of an upload it is called
   * without `prepare` before it, and must bring what the killed attempt left to rest all the same.
   */
  settle(reporter: WorkloadReporter, signal: AbortSignal): Promise<void>;
  /** Uploads every destination that `memory` does not hold yet. */
  upload(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void>;
  /** Lets go of everything without an upload, whatever the state. */
  abandon(reporter: WorkloadReporter): Promise<void>;
  /** Whether anything will be uploaded at all. */
  readonly hasDestination: boolean;
  /**
   * Whether the application can go on when this process is killed and started again: downloaded files stay,
   * mounts and servers are gone in between.
   */
  readonly toleratesRestart: boolean;
}

/** The coordination directory as one participant sees it, joined to one run. */
export interface Coordination {
  readonly run: string;
  /** What an earlier attempt of this participant in this run left behind. */
  readonly previous: Status | undefined;
  /** One look at everything this participant goes by. Never throws: what is wrong is `damage`. */
  look(): Observation;
  /** Creates a marker for or of a sidecar, completely or not at all. Errors: `system`. */
  emit(peer: Peer, marker: MarkerName, bundles?: readonly BundleRecord[]): void;
  /** Takes back a marker, if it is there. Errors: `system`. */
  withdraw(peer: Peer, marker: MarkerName): void;
  /** Replaces this participant's status file. Errors: `system`; `configuration` when another process writes it too. */
  publish(status: Status): void;
  /** Calls back soon after something may have changed; a missed change is caught by the caller's own polling. */
  watch(changed: () => void): () => void;
}
