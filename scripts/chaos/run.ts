/** Lives one pod's life, with its faults, and has the promises checked from outside. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { makePod, type Pod } from "../../test/support/pod.ts";
import { judge, type Life } from "./judge.ts";
import { sidecarOf, startSidecar, startWrapper } from "./containers.ts";
import { addDatabase, freePort } from "./database.ts";
import { FAULTS } from "./faults/index.ts";
import type { Plan, PlannedFault, Target } from "./plan.ts";
import { ShiftedClock } from "./shifted-clock.ts";
import { type Disks, makeVolumes, unmountAll } from "./volumes.ts";

export interface Outcome {
  readonly plan: Plan;
  /** Exit codes of every start of each container; 137 when it was killed. */
  readonly codes: Readonly<Record<Target, readonly number[]>>;
  readonly milliseconds: number;
  readonly violations: readonly string[];
  readonly log: string;
}

/** Longer than every deadline of the settings in `containers.ts`, added up. */
const PATIENCE_MS = 15_000;
/** An old wrapper leaves a sidecar nothing but its `applicationTimeout` at each of its starts. */
const OLD_WRAPPER_PATIENCE_MS = 30_000;
/** An upload that has begun is finished, however long it takes: a database has a thousand files, and its disk may be slow. */
const DATABASE_PATIENCE_MS = 120_000;
/** For an old participant that lost its peers: it may wait for ever, and is not ours to end. */
const FAREWELL_MS = 1000;
const TICK_MS = 100;
const TARGETS = ["wrapper", "sidecar"] as const;

/** Errors: none of the program's; what it does wrong is a violation. */
export async function runPlan(plan: Plan): Promise<Outcome> {
  const pod = await makePod();
  try {
    return await new Run(plan, pod).live();
  } finally {
    unmountAll(pod.store.folder);
    await pod.remove();
  }
}

class Run {
  readonly #plan: Plan;
  readonly #pod: Pod;
  readonly #running: Record<Target, Life | undefined> = { wrapper: undefined, sidecar: undefined };
  readonly #lives: Life[] = [];
  readonly #violations: string[] = [];
  #disks: Disks = new Map();
  readonly #clock: ShiftedClock | undefined;
  readonly #port = freePort();
  #restarts: number;

  constructor(plan: Plan, pod: Pod) {
    this.#plan = plan;
    this.#pod = pod;
    this.#restarts = plan.restarts;
    if (plan.faults.some(({ kind }) => kind === "clock jumps")) {
      this.#clock = new ShiftedClock(pod.kit, pod.path("kit"));
      pod.kit = this.#clock.kit;
    }
  }

  async live(): Promise<Outcome> {
    const began = performance.now();
    const plan = this.#plan;
    if (plan.mode === "postgres" && plan.restored) await addDatabase(this.#pod.store.folder);
    const bundles = join(this.#pod.store.folder, "meta/bundles", this.#pod.store.repo);
    const given = readdirSync(bundles);
    this.#disks = makeVolumes(plan, this.#pod);
    await this.#inflictAll("before");
    const inTime = await this.#liveTogether();
    for (const disk of this.#disks.values()) disk.heal();
    const codes = (target: Target): number[] =>
      this.#lives.filter((life) => life.target === target).map(({ code }) => code);
    const milliseconds = Math.round(performance.now() - began);
    const evidence = { plan, pod: this.#pod, lives: this.#lives, inTime, given };
    return {
      plan,
      codes: { wrapper: codes("wrapper"), sidecar: codes("sidecar") },
      milliseconds,
      violations: [...this.#violations, ...judge(evidence)],
      log: this.#log(),
    };
  }

  /** False when somebody had to be ended by us. */
  async #liveTogether(): Promise<boolean> {
    const { gap, old, mode } = this.#plan;
    const lives = [
      Bun.sleep(Math.max(0, -gap)).then(() => this.#liveThrough("wrapper")),
      Bun.sleep(Math.max(0, gap)).then(() => this.#liveThrough("sidecar")),
    ];
    const faults = this.#inflictAll("during");
    const all = Promise.all([...lives, faults]).then(() => true);
    const ours = lives.filter((_, index) => TARGETS[index] !== old);
    const oldLeft = Promise.all([...ours, faults])
      .then(() => Bun.sleep(FAREWELL_MS))
      .then(() => false);
    const patienceForPeers = old === "wrapper" ? OLD_WRAPPER_PATIENCE_MS : PATIENCE_MS;
    const patience = mode === "postgres" ? DATABASE_PATIENCE_MS : patienceForPeers;
    const { promise: outOfPatience, resolve } = Promise.withResolvers<false>();
    // Counted in moments in which we ourselves get on: where we are held up, so are those we wait for.
    let left = patience;
    const timer = setInterval(() => {
      left -= TICK_MS;
      if (left <= 0) resolve(false);
    }, TICK_MS);
    const inTime = await Promise.race([all, oldLeft, outOfPatience]);
    clearInterval(timer);
    if (inTime) return true;
    const hung = TARGETS.filter((target) => this.#running[target] !== undefined);
    const guilty = hung.filter((target) => old !== target);
    if (guilty.length > 0)
      this.#violations.push(`2: ${guilty.join(" and ")} still there after ${patience} ms`);
    this.#restarts = 0;
    for (const target of hung) await this.#running[target]?.container.destroy();
    await all;
    return false;
  }

  /** Starts a container, and again after it died, as the kubelet does with `restartPolicy: OnFailure`. */
  async #liveThrough(target: Target): Promise<void> {
    for (;;) {
      const start = target === "wrapper" ? startWrapper : startSidecar;
      const container = start(this.#plan, this.#pod, this.#port, this.#clock?.env);
      const life: Life = { target, container, killed: false, code: 0 };
      this.#lives.push(life);
      this.#running[target] = life;
      life.code = await container.exit();
      this.#running[target] = undefined;
      await this.#bury(life);
      if (life.code === 0 || this.#restarts === 0) return;
      this.#restarts -= 1;
      await Bun.sleep(this.#plan.restartAfter);
    }
  }

  /** What is left of a container goes with it; there should be nothing, unless it was killed. */
  async #bury({ target, container, killed, code }: Life): Promise<void> {
    if (this.#plan.old !== target && !killed && code !== 137) {
      // Who was sent the signal together with its parent may take a moment longer.
      const left = (await container.leftOver()).length;
      if (left > 0) this.#violations.push(`4: the ${target} left ${left} processes behind`);
    }
    await container.destroy();
  }

  async #inflictAll(stage: "before" | "during"): Promise<void> {
    const faults = this.#plan.faults.filter(({ kind }) => FAULTS[kind].stage === stage);
    await Promise.all(
      faults.map(async (fault) => {
        await Bun.sleep(fault.at);
        await this.#inflict(fault);
      }),
    );
  }

  async #inflict({ kind, target, duration, choice }: PlannedFault): Promise<void> {
    const fault = FAULTS[kind];
    const { participant: sidecar, markers } = sidecarOf(this.#plan);
    const participant = target === "wrapper" ? "app" : sidecar;
    const life = this.#running[target];
    if (life !== undefined && fault.kills === true) life.killed = true;
    const disk = fault.volume === undefined ? undefined : this.#disks.get(fault.volume.name);
    const common = { pod: this.#pod, container: life?.container, participant, markers, sidecar };
    try {
      await fault.do({ ...common, duration, choice, disk, clock: this.#clock });
    } catch {
      // What was to be broken is not there, yet or any more.
    }
  }

  #log(): string {
    const texts = this.#lives.map(
      ({ target, container, code }) => `--- ${target}, exit code ${code}\n${container.text()}`,
    );
    return [this.#pod.folder, ...texts].join("\n");
  }
}
