/** What the roles need from the world. The real ones live in `adapters/`, built in `cli/compose.ts` alone. */
import type { Outcome } from "./core/exit-codes.ts";

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
  /** Extra flags for the `datamon` command, already validated: `--cache-size=50MB`. */
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
  readonly commandFlags?: readonly string[];
}

export interface Uploaded {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
}

/** Serve a bundle of `repo` read-only at the existing folder `mountPoint`. */
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
