import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { linesOf } from "../lines.ts";
import { containerEngine, type Engine } from "./engine.ts";
import { asKubelet, type Manifest, terminationPath } from "./kubelet.ts";

export interface PodOptions {
  readonly images?: Readonly<Record<string, string>>;
  /** Folders of this machine, by the claims that stand for them. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** A pod that podman runs. */
export class KubePod {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #containers: readonly string[];
  readonly folder: string;

  constructor(engine: Engine, name: string, containers: readonly string[], folder: string) {
    this.#engine = engine;
    this.#name = name;
    this.#containers = containers;
    this.folder = folder;
  }

  /** The exit code of each container, after the end of all. */
  async exitCodes(): Promise<Record<string, number>> {
    const codes = await Promise.all(this.#containers.map((name) => this.exitCode(name)));
    return Object.fromEntries(this.#containers.map((name, index) => [name, codes[index] ?? Number.NaN]));
  }

  async exitCode(container: string): Promise<number> {
    return Number(await this.#engine.run("podman", "wait", "--interval", "50ms", this.#of(container)));
  }

  /** What a container wrote on both of its streams. */
  async logs(container: string): Promise<string> {
    const { out, err } = await this.#engine.attempt(["podman", "logs", this.#of(container)]);
    return out + err;
  }

  /** Resolves once a container has written a line that holds `text`; rejects when it ends before. */
  async says(container: string, text: string): Promise<void> {
    const follower = this.#engine.spawn([
      "sh",
      "-c",
      'exec podman logs --follow "$0" 2>&1',
      this.#of(container),
    ]);
    const lines = linesOf(follower.stdout);
    const seen: string[] = [];
    try {
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        if (line.includes(text)) return;
        seen.push(line);
      }
      throw new Error(`${container} ended without saying ${text}:\n${seen.join("\n")}`);
    } finally {
      follower.kill();
    }
  }

  /** What the kubelet would show as the cause of the container's end. */
  terminationMessage(container: string): string {
    return readFileSync(terminationPath(this.folder, container), "utf8");
  }

  async signal(container: string, signal: NodeJS.Signals): Promise<void> {
    await this.#engine.run("podman", "kill", "--signal", signal, this.#of(container));
  }

  /** Runs a command in a container that runs, as an exec probe does. */
  async exec(container: string, ...command: readonly string[]) {
    return await this.#engine.attempt(["podman", "exec", this.#of(container), ...command]);
  }

  /** A path in one of the pod's own volumes, as this machine sees it. */
  volume(name: string, ...names: readonly string[]): string {
    return join(this.folder, "volumes", name, ...names);
  }

  /** Names in a folder of a volume; empty when it is missing. */
  list(name: string, ...names: readonly string[]): string[] {
    const path = this.volume(name, ...names);
    return existsSync(path) ? readdirSync(path).toSorted() : [];
  }

  async remove(): Promise<void> {
    await this.#engine.attempt(["podman", "pod", "rm", "--force", "--time", "0", this.#name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #of(container: string): string {
    return `${this.#name}-${container}`;
  }
}

/** Starts the pod of a manifest, as YAML with its ConfigMaps. Its init containers have ended when this resolves. */
export async function playPod(yaml: string, options: PodOptions = {}): Promise<KubePod> {
  const engine = await containerEngine();
  const folder = await mkdtemp(join(tmpdir(), "kube-"));
  chmodSync(folder, 0o755);
  const name = `pod-${randomUUID().slice(0, 8)}`;
  const manifests = parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
  const { images = {}, claims = {} } = options;
  const prepared = asKubelet(manifests, { folder, name, uid: randomUUID(), images, claims });
  const file = join(folder, "manifest.yaml");
  await Bun.write(file, prepared.map((manifest) => stringify(manifest)).join("---\n"));
  const containers = prepared
    .flatMap(({ spec }) => spec?.containers ?? [])
    .map((container) => container.name);
  const pod = new KubePod(engine, name, containers, folder);
  const { code, out, err } = await engine.attempt(["podman", "play", "kube", "--network", "none", file]);
  if (code === 0) return pod;
  await pod.remove();
  throw new Error(`podman play kube exited with ${code}:\n${out}${err}`);
}
