/** Lives one pod's life, with its faults, and checks the promises from outside. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import type { Container } from "../../test/support/container.ts";
import { makePod, type Pod } from "../../test/support/pod.ts";
import { databaseState, freePort, sidecarOf, startSidecar, startWrapper } from "./containers.ts";
import { type Fault, FAULTS, STAGES } from "./faults.ts";
import type { Plan, PlannedFault, Target } from "./plan.ts";
import { inspect } from "./store.ts";

export interface Outcome {
  readonly plan: Plan;
  /** Exit codes of every start of each container; 137 when it was killed. */
  readonly codes: Readonly<Record<Target, readonly number[]>>;
  readonly milliseconds: number;
  readonly violations: readonly string[];
  readonly log: string;
}

/** Longer than every deadline of the settings below, added up. */
const PATIENCE_MS = 15_000;
/** An old wrapper leaves a sidecar nothing but its `applicationTimeout` at each of its starts; a database takes its time. */
const LONG_PATIENCE_MS = 30_000;

/** Errors: none of the program's; what it does wrong is a violation. */
export async function runPlan(plan: Plan): Promise<Outcome> {
  const pod = await makePod();
  try {
    return await new Run(plan, pod).live();
  } finally {
    for (const folder of [pod.path("coord"), pod.store.folder]) Bun.spawnSync(["umount", "-l", folder]);
    await pod.remove();
  }
}

class Run {
  readonly #plan: Plan;
  readonly #pod: Pod;
  readonly #running: Record<Target, Container | undefined> = { wrapper: undefined, sidecar: undefined };
  readonly #codes: Record<Target, number[]> = { wrapper: [], sidecar: [] };
  readonly #containers: [Target, Container][] = [];
  readonly #violations: string[] = [];
  readonly #port = freePort();
  #restarts: number;

  constructor(plan: Plan, pod: Pod) {
    this.#plan = plan;
    this.#pod = pod;
    this.#restarts = plan.restarts;
  }

  async live(): Promise<Outcome> {
    const began = performance.now();
    const pod = this.#pod;
    this.#makeVolumes();
    for (const fault of this.#plan.faults) {
      if (FAULTS[fault.kind].stage === STAGES.before) await this.#inflict(fault);
    }
    const { gap } = this.#plan;
    const lives = [
      Bun.sleep(Math.max(0, -gap)).then(() => this.#liveThrough("wrapper")),
      Bun.sleep(Math.max(0, gap)).then(() => this.#liveThrough("sidecar")),
    ];
    const faults = this.#plan.faults
      .filter(({ kind }) => FAULTS[kind].stage === STAGES.during)
      .map(async (fault) => {
        await Bun.sleep(fault.at);
        await this.#inflict(fault);
      });
    const all = Promise.all([...lives, ...faults]).then(() => true);
    // Nothing can be known of an old participant; it may wait for ever, and is not ours to end.
    const ours = lives.filter((_, index) => (["wrapper", "sidecar"] as const)[index] !== this.#plan.old);
    const oldLeft = Promise.all([...ours, ...faults])
      .then(() => Bun.sleep(1000))
      .then(() => false);
    const patience =
      this.#plan.old === "wrapper" || this.#plan.mode === "postgres" ? LONG_PATIENCE_MS : PATIENCE_MS;
    const inTime = await Promise.race([all, oldLeft, Bun.sleep(patience).then(() => false)]);
    if (!inTime) {
      const hung = (["wrapper", "sidecar"] as const).filter((target) => this.#running[target] !== undefined);
      const guilty = hung.filter((target) => this.#plan.old !== target);
      if (guilty.length > 0)
        this.#violations.push(`2: ${guilty.join(" and ")} still there after ${patience} ms`);
      this.#restarts = 0;
      for (const target of hung) await this.#running[target]?.destroy();
      await all;
    }
    const milliseconds = Math.round(performance.now() - began);
    this.#check(inTime);
    const log = this.#containers
      .map(([target, container], i) => `--- ${target}, container ${i}\n${container.text()}`)
      .join("\n");
    return {
      plan: this.#plan,
      codes: this.#codes,
      milliseconds,
      violations: this.#violations,
      log: `${pod.folder}\n${log}`,
    };
  }

  #makeVolumes(): void {
    const needs = (kinds: string): boolean => this.#plan.faults.some(({ kind }) => kind.startsWith(kinds));
    const coord = this.#pod.path("coord");
    mkdirSync(coord);
    if (needs("volume")) Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "tmpfs", coord]);
    if (!needs("store full")) return;
    const { folder } = this.#pod.store;
    const copy = `${folder}-copy`;
    Bun.spawnSync(["cp", "-a", folder, copy]);
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=8m,mode=777", "tmpfs", folder]);
    Bun.spawnSync(["sh", "-c", 'cp -a "$1"/. "$2" && rm -rf "$1"', "sh", copy, folder]);
  }

  /** Starts a container, and again after it died, as the kubelet does with `restartPolicy: OnFailure`. */
  async #liveThrough(target: Target): Promise<void> {
    for (;;) {
      const start = target === "wrapper" ? startWrapper : startSidecar;
      const container = start(this.#plan, this.#pod, this.#port);
      this.#containers.push([target, container]);
      this.#running[target] = container;
      const code = await container.exit();
      this.#running[target] = undefined;
      this.#codes[target].push(code);
      const gentle = this.#plan.old !== target && !this.#wasKilled() && code !== 137;
      // Who was sent the signal together with its parent may take a moment longer.
      if (gentle) await vanished(container);
      const left = gentle ? container.processes().length : 0;
      if (left > 0) this.#violations.push(`4: the ${target} left ${left} processes behind`);
      // What is left of a container goes with it.
      await container.destroy();
      if (code === 0 || this.#restarts === 0) return;
      this.#restarts -= 1;
      await Bun.sleep(this.#plan.restartAfter);
    }
  }

  async #inflict({ kind, target, duration }: PlannedFault): Promise<void> {
    const fault: Fault = FAULTS[kind];
    const { participant: sidecar, markers } = sidecarOf(this.#plan);
    const participant = target === "wrapper" ? "app" : sidecar;
    const container = this.#running[target];
    try {
      await fault.do({ pod: this.#pod, container, participant, markers, sidecar, duration });
    } catch {
      // What was to be broken is not there, yet or any more.
    }
  }

  #check(inTime: boolean): void {
    const { old, faults, mode, upload, exitCode } = this.#plan;
    const say = (violation: string): unknown => this.#violations.push(violation);
    const has = (kind: keyof typeof FAULTS): boolean => faults.some((fault) => fault.kind === kind);
    const isHostile = faults.some(({ kind }) => (FAULTS[kind] as Fault).hostile);
    const pod = this.#pod;
    const golden = pod.store.id;
    const bad = has("corrupted blob") ? [golden] : [];
    const store = inspect(pod.store.folder, pod.store.repo, bad);
    for (const fault of store.faults) say(`3: ${fault}`);

    const made = Object.keys(store.bundles).filter((id) => id !== golden);
    // Who takes the memory of a run away can make it do things again.
    if (made.length > 1 && mode !== "mount" && !isHostile)
      say(`3: ${made.length} bundles were made of one output`);
    const id = store.labels["result"];
    const result = id === undefined ? undefined : store.bundles[id];
    if (result !== undefined && mode === "postgres" && databaseState(result) !== "shut down") {
      say(`3: the label points at a database that is ${databaseState(result)}`);
    }
    if (result !== undefined && mode !== "postgres" && !isHostile && old !== "wrapper") {
      const { a, b, complete } = result;
      if (upload !== "always" && (complete === undefined || a !== complete || b !== complete)) {
        say(`3: the label points at output that was being written: ${JSON.stringify({ a, b, complete })}`);
      }
      if (upload === "never") say("3: output was uploaded that nobody wanted");
    }

    const succeeded = this.#codes.wrapper.includes(0);
    if (succeeded && old === "none" && upload !== "never") {
      if (result === undefined) say("1: the wrapper exited 0 without a labelled bundle");
      else if (mode !== "postgres" && result["complete"] !== text(pod, "ended"))
        say("1: the wrapper exited 0 with other output than the last");
    }
    if (succeeded && old !== "wrapper" && (exitCode !== 0 || text(pod, "ended") === undefined)) {
      say("1: the wrapper exited 0 without the application's success");
    }
    if (succeeded && old === "none" && has("corrupted blob") && mode !== "postgres") {
      say("1: the wrapper exited 0 although the input was damaged");
    }
    if (mode === "download" && old === "none" && !isHostile && this.#codes.wrapper.includes(9)) {
      say("1: the application ran without its whole input");
    }
    if (
      old === "none" &&
      faults.every(
        ({ kind }) =>
          (FAULTS[kind] as Fault).harmless && (kind.startsWith("strange") || kind.startsWith("left by an")),
      )
    ) {
      const [last] = this.#codes.wrapper.slice(-1);
      if (last !== exitCode) say(`4: nothing went wrong, and the wrapper exited ${last}`);
    }
    for (const target of ["wrapper", "sidecar"] as const) {
      if (target === old || !inTime) continue;
      const last = this.#codes[target].at(-1) ?? 0;
      const message = pod.terminationMessage(target === "wrapper" ? "app" : "files");
      // Nobody speaks who was killed, or asked to end by a signal that came before it could listen.
      const mute = last === 0 || last === 137 || last === 143;
      if (!mute && message === "" && !this.#wasKilled())
        say(`4: the ${target} exited ${last} without saying why`);
    }
    if (!this.#wasKilled() && inTime) {
      const folder = pod.path("coord", ".status");
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const temporary = names.filter((name) => /^(app|files)\.tmp/.test(name));
      if (temporary.length > 0) say(`4: temporary files were left behind: ${temporary.join(", ")}`);
    }
    if (inTime && pod.mounts().some((path) => path.startsWith(pod.path("in"))) && !this.#wasKilled()) {
      say("4: a mount was left behind");
    }
  }

  #wasKilled(): boolean {
    return this.#plan.faults.some(({ kind }) => kind.startsWith("SIG"));
  }
}

/** Resolves once nothing of the container lives, half a second later at most. */
async function vanished(container: Container): Promise<void> {
  for (let wait = 0; wait < 20 && container.processes().length > 0; wait++) await Bun.sleep(25);
}

function text(pod: Pod, name: string): string | undefined {
  return existsSync(pod.path(name)) ? readFileSync(pod.path(name), "utf8") : undefined;
}
