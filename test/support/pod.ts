import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, watch, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Status } from "../../src/core/status.ts";
import { Container } from "./container.ts";
import { DATAMON } from "./datamon.ts";
import { type SmallStore, smallStore } from "./datamon-store.ts";
import { compiledKit } from "./kit.ts";

const GATED_DATAMON = join(import.meta.dir, "../fixtures/gated-datamon");
export const OLD_PEERS = join(import.meta.dir, "../fixtures/old-peers");

type Env = Readonly<Record<string, string | undefined>>;

/** Keeps the flags in tests short. */
const QUICK: Env = {
  SIDECAR_POLL_INTERVAL: "100ms",
  SIDECAR_BEAT_INTERVAL: "100ms",
  SIDECAR_RUN_ID: "run-1",
};

/** A pod: folders that its containers share, a store, and the containers themselves as real processes. */
export class Pod {
  readonly #containers: Container[] = [];
  /** The folder of the programs under test. */
  kit: string;
  readonly folder: string;
  readonly store: SmallStore;

  constructor(kit: string, folder: string, store: SmallStore) {
    this.kit = kit;
    this.folder = folder;
    this.store = store;
    for (const name of ["in", "out"]) mkdirSync(this.path(name));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  read(...names: string[]): string {
    return readFileSync(this.path(...names), "utf8");
  }

  write(text: string, ...names: string[]): string {
    const path = this.path(...names);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  has(...names: string[]): boolean {
    return existsSync(this.path(...names));
  }

  status(participant: string): Status {
    return JSON.parse(this.read("coord", ".status", `${participant}.json`)) as Status;
  }

  /** What the kubelet would show as the cause. */
  terminationMessage(of: string): string {
    return this.read(`termination-${of}`);
  }

  /** Where the kit has the program `name`. */
  program(name: string): string {
    return join(this.kit, name);
  }

  /** Any name of the kit, with its arguments. */
  run(name: string, args: readonly string[], env: Env = {}): Container {
    const message = this.write("", `termination-${this.#containers.length}`);
    return this.start([this.program(name), ...args], {
      ...QUICK,
      SIDECAR_COORD_POINT: this.path("coord"),
      SIDECAR_TERMINATION_MESSAGE_PATH: message,
      ...env,
    });
  }

  /** Any other program. */
  start(command: readonly string[], env: Env = {}): Container {
    const container = new Container(command, env, this.folder);
    this.#containers.push(container);
    return container;
  }

  /** `datamon-sidecar app` around a shell script. */
  app(script: string, flags: readonly string[] = [], env: Env = {}): Container {
    const message = this.write("", "termination-app");
    const words = ["app", "--wait-for", "files", ...flags, "--", "sh", "-c", script];
    return this.run("datamon-sidecar", words, { SIDECAR_TERMINATION_MESSAGE_PATH: message, ...env });
  }

  /** `datamon-sidecar files` by the native engine: `golden` to `in`, and `out` to a bundle labelled `result`. */
  files(flags: readonly string[] = [], env: Env = {}): Container {
    const message = this.write("", "termination-files");
    const words = ["files", ...this.input(), ...this.output(), ...flags];
    return this.run("datamon-sidecar", words, {
      SIDECAR_ENGINE: "native",
      SIDECAR_STORE: this.store.url,
      SIDECAR_TERMINATION_MESSAGE_PATH: message,
      ...env,
    });
  }

  input(name = "in"): string[] {
    return flagsOf("source", name, { path: this.path(name), repo: this.store.repo, label: this.store.label });
  }

  output(name = "out", label = "result"): string[] {
    return flagsOf("destination", name, {
      path: this.path(name),
      repo: this.store.repo,
      message: 'its "message"',
      label,
    });
  }

  /** Variables that put the fixture's `datamon` on PATH; `traps` are its ways to fail. */
  datamon(...traps: string[]): Env {
    try {
      mkdirSync(this.path("scratch"));
    } catch (error) {
      // There from an earlier start, and perhaps on a disk that fails by now.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return {
      PATH: [dirname(DATAMON), dirname(process.execPath), process.env["PATH"]].join(":"),
      SIDECAR_ENGINE: undefined,
      SIDECAR_LOG_DIRECTORY: this.path("logs"),
      TMPDIR: this.path("scratch"),
      DATAMON_CONFIG: this.path("datamon.yaml"),
      DATAMON_FIXTURE_STORE: this.store.url,
      DATAMON_FIXTURE_CALLS: this.path("calls"),
      DATAMON_FIXTURE_TRAP: traps.join(" "),
    };
  }

  /** The same, with `datamon bundle VERB` held back: `reached` tells of it, `open` lets it go on. */
  gated(verb: "download" | "upload" | "mount"): { env: Env; reached(): Promise<void>; open(): void } {
    const env = this.datamon();
    const closed = this.write("", "gate-closed");
    const reached = ["gate-reached"] as const;
    return {
      env: {
        ...env,
        PATH: [GATED_DATAMON, env["PATH"]].join(":"),
        GATED: verb,
        GATE_CLOSED: closed,
        GATE_REACHED: this.path(...reached),
      },
      reached: () => this.until(() => this.has(...reached)),
      open: () => rmSync(closed),
    };
  }

  /** Resolves once `seen` holds; looked at after every change in the pod's folder or one named below it. */
  async until(seen: () => boolean, ...names: string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (holds(seen)) resolve();
    };
    const watcher = watch(this.path(...names), look);
    // What changes deeper than the folder makes no event.
    const timer = setInterval(look, 50);
    look();
    await promise;
    clearInterval(timer);
    watcher.close();
  }

  /** The files of the bundle that `label` names now; undefined when there is none. */
  async bundle(label = "result"): Promise<Readonly<Record<string, string>> | undefined> {
    const destination = await mkdtemp(join(tmpdir(), "proof-"));
    const { native, repo } = this.store;
    const signal = new AbortController().signal;
    try {
      await native.download({ repo, ref: { type: "label", label }, destination }, () => undefined, signal);
      return filesIn(destination);
    } catch (error) {
      if (String(error).includes("cannot find the label")) return undefined;
      throw error;
    } finally {
      await rm(destination, { recursive: true });
    }
  }

  /** How many bundles the repository holds. */
  bundles(): number {
    return [
      ...new Bun.Glob("*").scanSync({
        cwd: join(this.store.folder, "meta/bundles", this.store.repo),
        onlyFiles: false,
      }),
    ].length;
  }

  /** Mount points below the pod's folder. */
  mounts(): string[] {
    return readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((path) => path.startsWith(`${this.folder}/`));
  }

  async remove(): Promise<void> {
    for (const container of this.#containers) await container.destroy();
    for (const path of this.mounts().toReversed()) Bun.spawnSync(["umount", "-l", path]);
    await rm(this.folder, { recursive: true });
    await this.store.remove();
  }
}

export async function makePod(): Promise<Pod> {
  const [kit, folder, store] = await Promise.all([
    compiledKit(),
    mkdtemp(join(tmpdir(), "pod-")),
    smallStore(),
  ]);
  return new Pod(kit, realpathSync(folder), store);
}

export function flagsOf(group: string, name: string, keys: Readonly<Record<string, string>>): string[] {
  return Object.entries(keys).flatMap(([key, value]) => [`--${group}`, `${name}.${key}=${value}`]);
}

/** Name and content of every file below a folder, datamon's own left out. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  const names = [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })].filter(
    (name) => !name.startsWith(".datamon"),
  );
  return Object.fromEntries(names.toSorted().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function holds(seen: () => boolean): boolean {
  try {
    return seen();
  } catch {
    return false;
  }
}
