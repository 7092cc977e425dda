import { join } from "node:path";
import type { BundleRecord } from "../../core/bundle-record.ts";
import { KnownError } from "../../core/errors.ts";
import { damageOf } from "../../core/damage.ts";
import { formatMarker, type Marker, readMarker } from "../../core/marker.ts";
import type { Observation, PeerView } from "../../core/observation.ts";
import { markerPath, type MarkerName, participantOf, type Peer, WRAPPER } from "../../core/participants.ts";
import { formatStatus, parseStatus, type Status } from "../../core/status.ts";
import type { Clock, Coordination } from "../../ports.ts";
import { cannotWrite, type FileId, fileId, folderProblem, readSmall, replaceFile } from "./files.ts";
import { type Joined, joinRun, makeSharedFolder, recordName, STATUS_FOLDER } from "./join.ts";
import { removeFile } from "../remove-file.ts";
import { watchFolders } from "./watch.ts";

export interface DirectoryOptions {
  readonly directory: string;
  /** Our own name: names our status file. */
  readonly participant: string;
  /** The sidecars we go by: all of them for a wrapper, oneself for a sidecar. */
  readonly peers: readonly Peer[];
  /** What is known of the run from outside. */
  readonly identity: string | undefined;
  readonly clock: Clock;
}

/**
 * Joins the coordination directory. Errors: `system` when it cannot be created, read or written.
 */
export function openDirectory(options: DirectoryOptions): Coordination {
  return new DirectoryCoordination(options);
}

class DirectoryCoordination implements Coordination {
  readonly #options: DirectoryOptions;
  readonly #joined: Joined;
  readonly #folder: string;
  readonly #temporary: string;
  readonly previous: Status | undefined;
  #written: FileId | undefined;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#folder = join(options.directory, STATUS_FOLDER);
    this.#temporary = join(this.#folder, `${options.participant}.tmp`);
    this.#joined = joinRun(options.directory, options.identity, options.participant, this.#temporary);
    this.previous = this.#readStatus(options.participant);
    this.#written = fileId(this.#statusPath(options.participant));
  }

  get run(): string {
    return this.#joined.run;
  }

  look(): Observation {
    const at = this.#options.clock.now();
    try {
      this.#checkRun();
      const peers: Record<string, PeerView> = {};
      for (const peer of this.#options.peers) peers[participantOf(peer)] = this.#view(peer);
      const wrapper = this.#options.participant === WRAPPER ? undefined : this.#readStatus(WRAPPER);
      return { at, peers, ...(wrapper === undefined ? {} : { wrapper }) };
    } catch (error) {
      return { at, peers: {}, damage: damageOf(error) };
    }
  }

  emit(peer: Peer, marker: MarkerName, bundles?: readonly BundleRecord[]): void {
    const path = join(this.#options.directory, markerPath(peer, marker));
    if (peer.kind === "postgres") {
      const folder = join(this.#options.directory, peer.database);
      try {
        makeSharedFolder(folder, 0o777);
      } catch (error) {
        throw cannotWrite(folder, error);
      }
      const problem = folderProblem(folder);
      if (problem !== undefined) throw new KnownError("system", `cannot write ${path}: ${folder} ${problem}`);
    }
    const content: Marker = {
      run: this.run,
      participant: this.#options.participant,
      time: this.#options.clock.wall(),
      ...(bundles === undefined ? {} : { bundles }),
    };
    replaceFile(path, this.#temporary, formatMarker(content));
  }

  withdraw(peer: Peer, marker: MarkerName): void {
    const path = join(this.#options.directory, markerPath(peer, marker));
    try {
      removeFile(path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  publish(status: Status): void {
    const path = this.#statusPath(this.#options.participant);
    const found = fileId(path);
    // Whoever finds out says so in the file, so that the other one, and the wrapper, find out too.
    const tells = status.phase === "failed";
    if (!tells && found !== undefined && this.#written !== undefined && !sameFile(found, this.#written)) {
      throw new KnownError(
        "configuration",
        `cannot take part as "${this.#options.participant}": another process writes ${path} too`,
        { remedy: "give each sidecar its own coordination directory, or one of them another database name" },
      );
    }
    this.#written = replaceFile(path, this.#temporary, formatStatus(status));
  }

  watch(changed: () => void): () => void {
    const { directory, peers, participant } = this.#options;
    const names = new Set(peers.flatMap((peer) => markerPath(peer, "ready").split("/").slice(0, 1)));
    const markers = ["ready", "upload", "uploaded"] as const;
    for (const peer of peers) for (const marker of markers) names.add(basename(markerPath(peer, marker)));
    const own = `${participant}.json`;
    const databases = peers.flatMap((peer) => (peer.kind === "postgres" ? [peer.database] : []));
    return watchFolders(
      [
        { path: directory, concerns: (name) => names.has(name) },
        { path: this.#folder, concerns: (name) => name.endsWith(".json") && name !== own },
        ...databases.map((database) => ({ path: join(directory, database), concerns: () => true })),
      ],
      changed,
    );
  }

  #statusPath(participant: string): string {
    return join(this.#folder, `${participant}.json`);
  }

  #checkRun(): void {
    const record = join(this.#folder, recordName(this.#joined.generation));
    const reading = readSmall(record);
    if (reading.type !== "text") {
      const why = reading.type === "absent" ? "is gone" : reading.why;
      throw unusable(`the directory was taken away: ${record} ${why}`);
    }
    const next = join(this.#folder, recordName(this.#joined.generation + 1));
    if (fileId(next) !== undefined) {
      throw new KnownError("configuration", `another run was begun in ${this.#options.directory}`, {
        remedy: "give all participants of a pod the same run id, and every pod a directory of its own",
      });
    }
  }

  #readStatus(participant: string): Status | undefined {
    const path = this.#statusPath(participant);
    const reading = readSmall(path);
    if (reading.type === "absent") return undefined;
    if (reading.type === "unusable") throw unusable(`the status file ${path} ${reading.why}`);
    const status = parseStatus(reading.text);
    if (status === undefined) throw unusable(`the status file ${path} holds no status`);
    return status.run === this.run ? status : undefined;
  }

  #view(peer: Peer): PeerView {
    if (peer.kind === "postgres") {
      const folder = join(this.#options.directory, peer.database);
      const problem = folderProblem(folder);
      if (problem !== undefined && problem !== "is not there") throw unusable(`${folder} ${problem}`);
    }
    const ready = this.#leftByOld(peer, "ready");
    const upload = this.#leftByOld(peer, "upload");
    const uploaded = this.#leftByOld(peer, "uploaded");
    const name = participantOf(peer);
    const status = name === this.#options.participant ? undefined : this.#readStatus(name);
    return { markers: { ready, upload, uploaded }, ...(status === undefined ? {} : { status }) };
  }

  /** Whether an old participant left it. */
  #leftByOld(peer: Peer, name: MarkerName): boolean {
    const path = join(this.#options.directory, markerPath(peer, name));
    const reading = readSmall(path);
    if (reading.type === "absent") return false;
    if (reading.type === "unusable") throw unusable(`the marker ${path} ${reading.why}`);
    const marker = readMarker(reading.text, this.run);
    switch (marker.type) {
      case "old":
        return true;
      case "stale":
      case "ours":
        return false;
      case "foreign":
        throw unusable(`the marker ${path} holds text that no participant writes`);
    }
  }
}

/** What stands in the directory cannot be what a participant left there. */
function unusable(why: string): KnownError {
  return new KnownError("system", `cannot rely on the coordination directory: ${why}`);
}

function sameFile(a: FileId, b: FileId): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
