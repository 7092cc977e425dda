import { KnownError, oneLine, toKnownError } from "../core/errors.ts";
import type { BundleSettings, DestinationBundle, FilesSettings, SourceBundle } from "../config/settings.ts";
import type {
  BundleEngine,
  BundleRecord,
  Log,
  Memory,
  Mount,
  Report,
  Workload,
  WorkloadReporter,
} from "../ports.ts";
import { bounded } from "./bounded.ts";

/** Files that receive the id of an uploaded bundle. */
export interface IdFiles {
  /** Errors: `configuration` when the file is there already. */
  expectAbsent(path: string): void;
  /** Creates the file, and its folder. Errors: `system`. */
  write(path: string, id: string): void;
}

export interface FilesDependencies {
  readonly engine: BundleEngine;
  readonly idFiles: IdFiles;
  readonly log: Log;
  /** A fresh bundle id, when the engine can upload under an id that was chosen before. */
  readonly newId: (() => string) | undefined;
  /** Runs a `datamon config …` command. */
  readonly configure: (argv: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Takes away a mount that a killed predecessor left at a mount point. */
  readonly clear: (mountPoint: string) => Promise<void>;
  readonly progress: (label: string) => Report;
}

/** Serves bundles as folders and uploads folders as bundles. */
export function createFilesWorkload(settings: FilesSettings, dependencies: FilesDependencies): Workload {
  return new FilesWorkload(settings, dependencies);
}

class FilesWorkload implements Workload {
  readonly #settings: FilesSettings;
  readonly #with: FilesDependencies;
  readonly #sources: readonly SourceBundle[];
  readonly #destinations: readonly DestinationBundle[];
  readonly #death = Promise.withResolvers<Error>();
  readonly #mounted = new Set<string>();
  #mounts: Mount[] = [];

  constructor(settings: FilesSettings, dependencies: FilesDependencies) {
    this.#settings = settings;
    this.#with = dependencies;
    this.#sources = settings.bundles.filter((bundle) => bundle.type === "source");
    this.#destinations = settings.bundles.filter((bundle) => bundle.type === "destination");
  }

  get died(): Promise<Error> {
    return this.#death.promise;
  }

  get hasDestination(): boolean {
    return this.#destinations.length > 0;
  }

  get toleratesRestart(): boolean {
    return this.#sources.every((source) => source.mode === "download");
  }

  async prepare(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void> {
    for (const { name, idFile } of this.#destinations) {
      const resumed = memory.uploaded.some((bundle) => bundle.name === name) || name in memory.reserved;
      if (idFile !== undefined && !resumed) this.#with.idFiles.expectAbsent(idFile);
    }
    for (const argv of this.#settings.configCommands) {
      reporter.doing(`datamon ${argv.slice(0, 2).join(" ")}`);
      await this.#with.configure(argv, signal);
    }
    if (this.#sources.length === 0) return;
    reporter.doing(`preparing ${list(this.#sources)}`);
    await bounded(this.#sources, this.#settings.parallel, signal, (source, either) =>
      blaming(source, "prepare", either, () => this.#prepareOne(source, reporter, either)),
    );
  }

  async settle(reporter: WorkloadReporter): Promise<void> {
    if (this.#mounts.length > 0) reporter.doing("unmounting");
    await this.#release();
  }

  async upload(reporter: WorkloadReporter, memory: Memory, signal: AbortSignal): Promise<void> {
    const isDone = (name: string): boolean => memory.uploaded.some((bundle) => bundle.name === name);
    const rest = this.#destinations.filter(({ name }) => !isDone(name));
    if (rest.length === 0) return;
    reporter.doing(`uploading ${list(rest)}`);
    await bounded(rest, this.#settings.parallel, signal, (destination, either) =>
      blaming(destination, "upload", either, () => this.#uploadOne(destination, reporter, memory, either)),
    );
  }

  async abandon(): Promise<void> {
    await this.#release();
  }

  async #prepareOne(source: SourceBundle, reporter: WorkloadReporter, signal: AbortSignal): Promise<void> {
    const { engine, log } = this.#with;
    const { name, repo, ref, path, commandFlags } = source;
    const label = ref.type === "label" ? { label: ref.label } : {};
    if (source.mode === "mount") {
      const mount = await engine.mount({ repo, ref, mountPoint: path, commandFlags }, signal);
      this.#mounts.push(mount);
      this.#mounted.add(path);
      void mount.died.then((error) => this.#death.resolve(error));
      log.info("mounted", { bundle: name, path });
      reporter.bundle({ name, direction: "in", repo, id: ref.type === "id" ? ref.id : "", ...label });
      return;
    }
    const report = this.#with.progress(`download ${name}`);
    const request = { repo, ref, destination: path, commandFlags };
    const { id, files, bytes } = await engine.download(request, report, signal);
    log.info("downloaded and verified", { bundle: name, path, id, files, bytes });
    reporter.bundle({ name, direction: "in", repo, id, ...label });
  }

  async #uploadOne(
    destination: DestinationBundle,
    reporter: WorkloadReporter,
    memory: Memory,
    signal: AbortSignal,
  ): Promise<void> {
    const { engine, log, newId, idFiles } = this.#with;
    const { name, repo, path, message, commandFlags, idFile } = destination;
    const label = destination.label === undefined ? {} : { label: destination.label };
    const reserved = memory.reserved[name] ?? newId?.();
    if (reserved !== undefined) reporter.reserve(name, reserved);
    const chosen = reserved === undefined ? {} : { id: reserved };
    const report = this.#with.progress(`upload ${name}`);
    const linksInto = [...this.#sources, ...this.#destinations].map((bundle) => bundle.path);
    const request = { repo, path, message, commandFlags, linksInto, ...label, ...chosen };
    const { id, files, bytes } = await engine.upload(request, report, signal);
    if (idFile !== undefined) idFiles.write(idFile, id);
    const record: BundleRecord = { name, direction: "out", repo, id, ...label };
    log.info("uploaded", { bundle: name, path, id, files, bytes, ...label });
    reporter.bundle(record);
  }

  /** Our own mounts, and what a killed attempt of ours may have left where we have not come to mount again. */
  async #release(): Promise<void> {
    const mounts = this.#mounts;
    this.#mounts = [];
    const left = this.#sources.filter(({ mode, path }) => mode === "mount" && !this.#mounted.has(path));
    const results = await Promise.allSettled([
      ...mounts.map((mount) => mount.release()),
      ...left.map(({ path }) => this.#with.clear(path)),
    ]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

function list(bundles: readonly BundleSettings[]): string {
  return bundles.map(({ name }) => name).join(", ");
}

/** Names the bundle in whatever goes wrong with it. */
async function blaming<Result>(
  bundle: BundleSettings,
  verb: "prepare" | "upload",
  signal: AbortSignal,
  task: () => Promise<Result>,
): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (signal.aborted) throw error;
    const { kind, remedy } = toKnownError(error);
    const message = error instanceof Error ? error.message : oneLine(error);
    throw new KnownError(kind, `cannot ${verb} bundle "${bundle.name}": ${message}`, {
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}
