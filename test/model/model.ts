/** Everything that can happen next in a world. */
import { beatOf, type Observation, type PeerView } from "../../src/core/observation.ts";
import { type MarkerName, participantOf, WRAPPER } from "../../src/core/participants.ts";
import type { Liveness } from "../../src/core/liveness.ts";
import type { WatchedPeer } from "../../src/core/watched-peer.ts";
import { type SidecarState, type Work } from "../../src/core/sidecar.ts";
import { hasEnded, type Status } from "../../src/core/status.ts";
import { type Effect, type Event, isWrapper, type Machine, type Parts, REAL } from "./machines.ts";
import { judgeExit, judgeLabel, judgeUpload } from "./promises.ts";
import { Table } from "./tables.ts";
import { Worlds } from "./worlds.ts";
import {
  ABSENT,
  type Application,
  blankStatus,
  DEADLINE,
  type FaultName,
  firstWorld,
  type Ledger,
  type MarkerFile,
  type Markers,
  NO_MARKERS,
  peerOf,
  type Place,
  type Process,
  RETURN,
  type Scenario,
  SILENCE,
  START_TIMEOUT,
  sidecarRules,
  type StatusFile,
  type Todo,
  type World,
  wrapperRules,
} from "./world.ts";

/** The wrapper; sidecars are counted from 0. */
const APP = -1;

export interface Move {
  readonly label: string;
  /** `fair` moves happen sooner or later when they stay possible; faults and restarts need not happen at all. */
  readonly fair: boolean;
  readonly next: World;
  /** A promise that this move breaks, in words. */
  readonly violation?: string;
}

export class Model {
  readonly scenario: Scenario;
  readonly parts: Parts;
  readonly worlds = new Worlds();
  readonly #machines = new Table<Machine>();
  readonly #statuses = new Table<Status>();
  readonly #steps = new Map<string, { machine: number; effects: readonly Effect[] }>();
  readonly #shifted = new Map<number, number>();
  readonly #everyone: number;
  #violation: string | undefined;

  constructor(scenario: Scenario, parts: Parts = REAL) {
    this.scenario = scenario;
    this.parts = parts;
    this.#everyone = (1 << Math.max(1, scenario.sidecars.length)) - 1;
    this.#machines.id(this.#placeholder());
  }

  first(): World {
    return firstWorld(this.scenario);
  }

  machineOf(process: Process): Machine {
    return this.#machines.get(process.machine);
  }

  moves(world: World): Move[] {
    const moves: Move[] = [];
    const add = (label: string, fair: boolean, make: () => World | undefined): void => {
      this.#violation = undefined;
      const made = make();
      if (made === undefined) return;
      const next = this.#settle(world, made);
      const violation = this.#violation;
      moves.push({ label, fair, next, ...(violation === undefined ? {} : { violation }) });
    };
    const fault = (kind: FaultName, label: string, make: (spent: World) => World | undefined): void => {
      if (world.budget.faults === 0 || !this.scenario.kinds.includes(kind)) return;
      const budget = { ...world.budget, faults: world.budget.faults - 1 };
      add(label, false, () => make({ ...world, budget }));
    };
    for (const who of this.#participants()) this.#movesOf(world, who, add, fault);
    this.#movesOfApplication(world, add, fault);
    if (!world.budget.full) {
      fault("volume full", "the coordination volume is full", (spent) => ({
        ...spent,
        budget: { ...spent.budget, full: true },
      }));
    }
    if (this.#mayTick(world)) add("a tick passes", true, () => this.#tick(world));
    return moves;
  }

  nameOf(who: number): string {
    return who === APP ? "wrapper" : participantOf(peerOf(who));
  }

  #participants(): number[] {
    return [APP, ...this.scenario.sidecars.keys()];
  }

  // ---- participants ----

  #movesOf(
    world: World,
    who: number,
    add: (label: string, fair: boolean, make: () => World | undefined) => void,
    fault: (kind: FaultName, label: string, make: (spent: World) => World | undefined) => void,
  ): void {
    const process = processOf(world, who);
    const name = this.nameOf(who);
    if (process.life === "absent") {
      add(`${name} starts`, true, () => this.#start(world, who));
      if (who !== APP || (this.scenario.applicationTimeout ?? 0) > 0) {
        fault("never starts", `${name} will never start`, (spent) =>
          withProcess(spent, who, { ...process, life: "never" }),
        );
      }
      return;
    }
    const isOld = this.#isOld(who);
    if (process.life === "dead" || process.life === "exited") {
      if (world.budget.restarts > 0 && !(isOld && who === APP)) {
        const budget = { ...world.budget, restarts: world.budget.restarts - 1 };
        if (this.scenario.backOff !== undefined && process.down < 2) return;
        add(`${name} is started again`, this.#startsAgain(world, process), () =>
          this.#start({ ...world, budget }, who),
        );
      }
      return;
    }
    if (process.life !== "live") return;
    fault("kill", `${name} is killed`, (spent) => this.#kill(spent, who));
    if (process.frozen) {
      add(`${name} goes on after SIGSTOP`, false, () => {
        const thawed = withProcess(world, who, { ...process, frozen: false });
        return this.#countAnew(thawed);
      });
      return;
    }
    fault("freeze", `${name} is stopped by SIGSTOP`, (spent) =>
      withProcess(spent, who, { ...process, frozen: true }),
    );
    if (isOld) {
      if (who === APP) this.#movesOfOldWrapper(world, process, add);
      else this.#movesOfOldSidecar(world, who, process, add, fault);
      return;
    }
    const [todo] = process.todo;
    if (todo !== undefined) {
      add(`${name} ${this.#describe(todo, process)}`, true, () => this.#do(world, who, false));
      if (todo.do === "marker" || todo.do === "status") {
        fault("write fails", `${name} cannot write: ${this.#describe(todo, process)}`, (spent) =>
          this.#do(spent, who, true),
        );
      }
      return;
    }
    if (process.slow !== undefined) {
      add(`${name} ends its slow look`, true, () => this.#endSlowLook(world, who));
      return;
    }
    fault("slow look", `${name} begins a slow look`, (spent) => this.#beginSlowLook(spent, who));
    add(`${name} looks`, true, () => {
      const looked = this.#look(world, who);
      return this.worlds.isSame(looked, world) ? undefined : looked;
    });
    if (this.#isDue(process)) {
      add(`${name}'s deadline passes`, true, () => {
        const after = this.#step(world, who, { type: "timer", at: 0 });
        const left = processOf(after, who);
        if (left.machine === process.machine && this.#isDue(left)) {
          this.#violation ??= `2: ${name} spins on a deadline that has passed`;
        }
        return after;
      });
    }
    fault("term", `${name} gets SIGTERM`, (spent) =>
      this.#step(spent, who, { type: "signal", at: 0, signal: 15 }),
    );
    if (who !== APP) this.#movesOfWork(world, who, process, add, fault);
  }

  #movesOfWork(
    world: World,
    who: number,
    process: Process,
    add: (label: string, fair: boolean, make: () => World | undefined) => void,
    fault: (kind: FaultName, label: string, make: (spent: World) => World | undefined) => void,
  ): void {
    const name = this.nameOf(who);
    const { work } = process;
    if (work !== "none") {
      add(`${name} finishes: ${work}`, true, () => this.#finish(world, who, work as Work));
      if (work !== "abandon") {
        const preparing = work === "prepare" && this.scenario.kinds.includes("preparing fails");
        fault(preparing ? "preparing fails" : "work fails", `${name} fails: ${work}`, (spent) => {
          const idle = withProcess(spent, who, { ...process, work: "none" });
          const failed: Event = {
            type: "work-failed",
            at: 0,
            work: work as Work,
            exitCode: 74,
            cause: "bad blob",
          };
          return this.#step(idle, who, failed);
        });
      }
    }
    const plan = this.scenario.sidecars[who];
    const { serves } = placeOf(world, who).ledger;
    if (plan?.live === true && serves && work === "none") {
      fault("service dies", `${name}'s mount or server dies`, (spent) => {
        const gone = this.#loseService(spent, who);
        return this.#step(gone, who, { type: "died", at: 0, exitCode: 71, cause: "gone" });
      });
    }
  }

  /** A pod that restarts its containers will do so with this one. */
  #startsAgain({ budget }: World, { life, code }: Process): boolean {
    if (this.scenario.backOff === undefined || budget.restarts === 0) return false;
    return life === "dead" || (life === "exited" && code !== 0);
  }

  #start(world: World, who: number): World {
    if (this.#isOld(who)) {
      const old = who === APP ? "waiting" : "preparing";
      return withProcess(world, who, { ...ABSENT, life: "live", old });
    }
    const name = who === APP ? WRAPPER : participantOf(peerOf(who));
    const joined = this.#join(world, name);
    const decided = world.budget.decided && joined === world.budget.run;
    let now: World = { ...world, budget: { ...world.budget, run: joined, decided } };
    const file = fileOf(now, who);
    const previous = file.run === joined && file.status !== undefined ? file.status : undefined;
    if (who !== APP && previous === undefined && this.parts.withdrawsLeftovers) {
      const { markers } = placeOf(now, who);
      const without = (left: MarkerFile): MarkerFile => (left === "old" ? "none" : left);
      now = withPlace(now, who, {
        markers: { ...markers, upload: without(markers.upload), uploaded: without(markers.uploaded) },
      });
    }
    const blank: Process = { ...ABSENT, life: "live", run: joined, attempt: (previous?.attempt ?? 0) + 1 };
    now = this.#countAnew(withProcess(now, who, blank));
    const [observed, read] = this.#read(now, who);
    now = read;
    const fresh = `made by start ${world.budget.restarts}`;
    const stepped =
      who === APP
        ? this.parts.beginWrapper(wrapperRules(this.scenario), observed, previous)
        : this.parts.beginSidecar(sidecarRules(this.scenario, who, fresh), observed, previous);
    if (who !== APP && stepped.state.phase === "preparing" && this.parts.withdrawsReady) {
      now = withPlace(now, who, { markers: { ...placeOf(now, who).markers, ready: "none" } });
    }
    const machine = this.#machines.id(normal(stepped.state));
    return this.#plan(now, who, machine, stepped.effects);
  }

  #join(world: World, name: string): number {
    const { run } = world.budget;
    if (this.scenario.identity !== false) {
      const earlier = this.scenario.leftovers === undefined ? 0 : firstWorld(this.scenario).budget.run;
      return Math.max(run, earlier + 1);
    }
    const files = [world.file, ...world.places.map(({ file }) => file)];
    const statuses = files.flatMap(({ status, run: of }) =>
      status === undefined ? [] : [{ ...status, run: String(of) }],
    );
    const recorded = run === 0 ? undefined : String(run);
    const decision = this.parts.decideRun(undefined, recorded, statuses, name);
    return decision.type === "join" ? Number(decision.run) : run + 1;
  }

  /** Somebody is there again, and must have the time to notice, or to wait for others to be there again. */
  #countAnew(world: World): World {
    const { since, run } = world.budget;
    const failed = this.#participants().filter((who) => {
      const file = fileOf(world, who);
      return file.run === run && file.status?.phase === "failed";
    });
    const waits = this.#participants().some((who) => {
      const { life, attempt } = processOf(world, who);
      return life === "live" && attempt > 1 && failed.some((other) => other !== who);
    });
    const counted = since === undefined ? since : Math.min(since, 0);
    return { ...world, budget: { ...world.budget, since: waits ? -RETURN : counted } };
  }

  #kill(world: World, who: number): World {
    const process = processOf(world, who);
    let now = withProcess(world, who, { ...ABSENT, life: "dead", run: process.run });
    if (who === APP) return { ...now, application: gone(now.application) };
    now = this.#loseService(now, who);
    return withLedger(now, who, { begun: 0 });
  }

  /** What it served is gone; the application was using it. */
  #loseService(world: World, who: number): World {
    const live = this.scenario.sidecars[who]?.live === true;
    const { ledger } = placeOf(world, who);
    const missed = ledger.missed || (live && ledger.serves && world.application.state === "running");
    return withLedger(world, who, { serves: false, missed });
  }

  #step(world: World, who: number, event: Event, key = JSON.stringify(event)): World {
    const process = processOf(world, who);
    const whole = `${process.machine}|${key}`;
    let stepped = this.#steps.get(whole);
    if (stepped === undefined) {
      const before = this.#machines.get(process.machine);
      const { state, effects } = isWrapper(before)
        ? this.parts.stepWrapper(before, event as Parameters<Parts["stepWrapper"]>[1])
        : this.parts.stepSidecar(before, event as Parameters<Parts["stepSidecar"]>[1]);
      stepped = { machine: this.#machines.id(normal(state)), effects };
      this.#steps.set(whole, stepped);
    }
    return this.#plan(world, who, stepped.machine, stepped.effects);
  }

  /** Lines up what the loop does about a step. */
  #plan(world: World, who: number, machine: number, effects: readonly Effect[]): World {
    const process = { ...processOf(world, who), machine };
    if (this.#isProvoked(world, who, machine))
      return this.#plan(withLedger(world, who, { forced: true }), who, machine, effects);
    const markers: Todo[] = [];
    const begins: Todo[] = [];
    const exits: Todo[] = [];
    for (const effect of effects) {
      if (effect.type === "exit") exits.push({ do: "exit", code: effect.code });
      else if (effect.type === "emit") markers.push({ do: "marker", peer: who, marker: effect.marker });
      else if (effect.type === "request-upload") {
        const peer = this.scenario.sidecars.findIndex(
          (_, i) => participantOf(peerOf(i)) === participantOf(effect.peer),
        );
        markers.push({ do: "marker", peer, marker: "upload" });
      } else begins.push({ do: "begin", effect });
    }
    const said = this.#statuses.id(this.#statusOf(process, who));
    const status: Todo[] = said === process.told ? [] : [{ do: "status" }];
    const first = who === APP ? this.parts.wrapperMarkersFirst : this.parts.sidecarMarkersFirst;
    const writes = first ? [...markers, ...status] : [...status, ...markers];
    const now = withProcess(world, who, {
      ...process,
      todo: [...process.todo, ...writes, ...begins, ...exits],
    });
    return this.#beginAll(now, who);
  }

  /** A sidecar enters the upload on a marker alone because the application removed its wrapper's status. */
  #isProvoked(world: World, who: number, machine: number): boolean {
    if (who === APP || this.scenario.oldWrapper === true || placeOf(world, who).ledger.forced) return false;
    const state = this.#machines.get(machine);
    if (!this.scenario.kinds.includes("tampering") || isWrapper(state)) return false;
    return (
      state.phase === "uploading" && state.wrapperStatus === undefined && world.file.status === undefined
    );
  }

  /** What a participant begins concerns nobody else at once, so it needs no moment of its own. */
  #beginAll(world: World, who: number): World {
    let now = world;
    for (;;) {
      const process = processOf(now, who);
      const [todo, ...rest] = process.todo;
      if (todo?.do !== "begin") return now;
      now = this.#begin(withProcess(now, who, { ...process, todo: rest }), who, todo.effect);
    }
  }

  #begin(world: World, who: number, effect: Effect): World {
    const { application } = world;
    switch (effect.type) {
      case "start-application": {
        const asked: Application = {
          state: "asked",
          run: application.run + 1,
          code: 0,
          termed: false,
          killed: false,
        };
        return { ...world, application: asked };
      }
      case "signal-application": {
        if (effect.signal === 9) return { ...world, application: { ...application, killed: true } };
        return { ...world, application: { ...application, termed: true } };
      }
      case "work": {
        const process = processOf(world, who);
        let now = withProcess(world, who, { ...process, work: effect.work });
        if (effect.work === "settle" || effect.work === "abandon") now = this.#loseService(now, who);
        if (effect.work === "upload") now = this.#beginUpload(now, who);
        return now;
      }
      default:
        return world;
    }
  }

  #beginUpload(world: World, who: number): World {
    const { ledger } = placeOf(world, who);
    const forced = placeOf(world, who).ledger.forced;
    if (!forced) this.#violation ??= judgeUpload(this.scenario, world, who, this.parts);
    const bundle = ledger.bundle === "labelled" && this.parts.reserves ? "labelled" : "partial";
    return withLedger(world, who, {
      begun: ledger.begun + 1,
      bundle,
      of: world.application.run,
      torn: this.#applicationRuns(world),
    });
  }

  #finish(world: World, who: number, work: Work): World {
    const process = processOf(world, who);
    let now = withProcess(world, who, { ...process, work: "none" });
    if (work === "prepare") now = withLedger(now, who, { prepared: true, serves: true });
    if (work === "upload") {
      now = withLedger(now, who, { bundle: "labelled" });
      this.#violation ??= judgeLabel(now, who);
    }
    return this.#step(now, who, { type: "finished", at: 0, work });
  }

  #do(world: World, who: number, refuse: boolean): World {
    const process = processOf(world, who);
    const [todo, ...rest] = process.todo;
    const now = withProcess(world, who, { ...process, todo: rest });
    if (todo === undefined) return world;
    switch (todo.do) {
      case "marker": {
        if (refuse || world.budget.full) return this.#refused(now, who);
        const written = withPlace(now, todo.peer, {
          markers: { ...placeOf(now, todo.peer).markers, [todo.marker]: process.run },
        });
        return this.#beginAll(written, who);
      }
      case "status":
        return this.#writeStatus(now, who, refuse);
      case "hear": {
        const damage = { cause: "cannot write", exitCode: 71 };
        return this.#step(now, who, { type: "observed", observation: { at: 0, peers: {}, damage } });
      }
      case "exit":
        return this.#exit(now, who, todo.code);
      case "begin":
        return world;
    }
  }

  #writeStatus(world: World, who: number, refuse: boolean): World {
    const process = processOf(world, who);
    const status = this.#statusOf(process, who);
    const file = fileOf(world, who);
    const taken = file.forged && status.phase !== "failed";
    if (refuse || world.budget.full || taken) return this.#refused(world, who);
    const told = this.#statuses.id(status);
    const decides = status.decision !== undefined && !world.budget.decided;
    const decided = decides ? { ...world, budget: { ...world.budget, decided: true } } : world;
    const written = withFile(decided, who, {
      status,
      run: process.run,
      unseen: this.#everyone,
      forged: false,
    });
    return this.#beginAll(withProcess(written, who, { ...process, told, broken: false }), who);
  }

  /** The rest of this round of writing is left out, what is begun is begun, and the machine hears of it once. */
  #refused(world: World, who: number): World {
    const process = processOf(world, who);
    const machine = this.#machines.get(process.machine);
    if (who !== APP && machine.phase === "done" && process.todo.some((todo) => todo.do === "exit")) {
      const phase = process.told < 0 ? machine.phase : this.#statuses.get(process.told).phase;
      const failure = { phase, cause: "because", exitCode: 71 };
      const failed = this.#machines.id({ ...(machine as SidecarState), phase: "failed", failure });
      const exit: Todo = { do: "exit", code: 71 };
      const todo: Todo[] = process.broken ? [exit] : [{ do: "status" }, exit];
      return withProcess(world, who, { ...process, machine: failed, todo, broken: true });
    }
    const kept = process.todo.filter(
      (todo) =>
        todo.do === "exit" || todo.do === "hear" || (todo.do === "begin" && this.parts.performsUntold),
    );
    const begins = kept.filter((todo) => todo.do === "begin");
    const others = kept.filter((todo) => todo.do !== "begin");
    const tells = this.parts.tellsOfRefusal && !process.broken && !hasEnded(machine);
    const hear: Todo[] = tells ? [{ do: "hear", refused: true }] : [];
    const now = withProcess(world, who, { ...process, todo: [...begins, ...others, ...hear], broken: true });
    return this.#beginAll(now, who);
  }

  #exit(world: World, who: number, code: number): World {
    const process = processOf(world, who);
    const machine = this.#machines.get(process.machine);
    this.#violation ??= judgeExit(this.scenario, world, who, code, machine);
    const ended: Process = { ...ABSENT, life: "exited", code, run: process.run };
    const now = withProcess(world, who, ended);
    if (who === APP) return { ...now, application: gone(now.application) };
    return withLedger(this.#loseService(now, who), who, { begun: 0 });
  }

  #statusOf(process: Process, who: number): Status {
    const machine = this.#machines.get(process.machine);
    const base = blankStatus(who === APP ? WRAPPER : participantOf(peerOf(who)), machine.phase);
    const common = {
      ...base,
      attempt: process.attempt,
      ...(machine.failure === undefined ? {} : { failure: machine.failure }),
    };
    if (!isWrapper(machine)) {
      const { serving, request } = machine;
      return { ...common, serving, ...(request === undefined ? {} : { request }) };
    }
    const { decision, applicationExitCode, served, request } = machine;
    return {
      ...common,
      ...(decision === undefined ? {} : { decision }),
      ...(applicationExitCode === undefined ? {} : { applicationExitCode }),
      ...(served === undefined ? {} : { served }),
      ...(request === undefined ? {} : { request }),
    };
  }

  // ---- looking ----

  /** Reads a status as this reader is shown it: the beat has changed when it was written since the last time. */
  #readFile(world: World, who: number, index: number): [Status | null, World] {
    const file = who === APP ? placeOf(world, index).file : world.file;
    const process = processOf(world, who);
    const bit = who === APP ? 1 : 1 << who;
    const isNew = (file.unseen & bit) !== 0;
    let now = world;
    if (isNew) {
      const seen = { ...file, unseen: file.unseen & ~bit };
      now = who === APP ? withPlace(now, index, { file: seen }) : { ...now, file: seen };
    }
    if (file.status === undefined || file.run !== process.run) return [null, now];
    return [{ ...file.status, beat: isNew ? 2 : 1 }, now];
  }

  #readAll(world: World, who: number): [readonly (Status | null)[], World] {
    const indexes = who === APP ? [...this.scenario.sidecars.keys()] : [0];
    let now = world;
    const statuses = indexes.map((index) => {
      const [status, next] = this.#readFile(now, who, index);
      now = next;
      return status;
    });
    return [statuses, now];
  }

  #observation(
    world: World,
    who: number,
    statuses: readonly (Status | null)[],
    read: readonly Markers[] = world.places.map(({ markers }) => markers),
  ): Observation {
    const { run } = processOf(world, who);
    if (world.budget.run !== run) {
      return { at: 0, peers: {}, damage: { cause: "another run was begun", exitCode: 78 } };
    }
    const view = (index: number, status: Status | null): PeerView => {
      const markers = read[index] ?? NO_MARKERS;
      const sees = (name: MarkerName): boolean => this.parts.believes(markers[name], run);
      return {
        markers: { ready: sees("ready"), upload: sees("upload"), uploaded: sees("uploaded") },
        ...(status === null ? {} : { status }),
      };
    };
    if (who !== APP) {
      const [wrapper] = statuses;
      const peers = { [participantOf(peerOf(who))]: view(who, null) };
      return { at: 0, peers, ...(wrapper === null || wrapper === undefined ? {} : { wrapper }) };
    }
    const peers = Object.fromEntries(
      statuses.map((status, index) => [participantOf(peerOf(index)), view(index, status)]),
    );
    return { at: 0, peers };
  }

  #read(world: World, who: number): [Observation, World] {
    const [statuses, now] = this.#readAll(world, who);
    return [this.#observation(now, who, statuses), now];
  }

  #look(world: World, who: number): World {
    const [observation, now] = this.#read(world, who);
    return this.#step(now, who, { type: "observed", observation });
  }

  #beginSlowLook(world: World, who: number): World {
    if (this.parts.readsMarkersFirst) {
      const slow = { markers: world.places.map(({ markers }) => markers) };
      return withProcess(world, who, { ...processOf(world, who), slow });
    }
    const [statuses, now] = this.#readAll(world, who);
    return withProcess(now, who, { ...processOf(now, who), slow: { statuses } });
  }

  #endSlowLook(world: World, who: number): World {
    const { slow, ...rest } = processOf(world, who);
    let now = withProcess(world, who, { ...rest, slow: undefined });
    let statuses = slow?.statuses;
    if (statuses === undefined) [statuses, now] = this.#readAll(now, who);
    const observation = this.#observation(now, who, statuses, slow?.markers);
    return this.#step(now, who, { type: "observed", observation });
  }

  // ---- the application ----

  #movesOfApplication(
    world: World,
    add: (label: string, fair: boolean, make: () => World | undefined) => void,
    fault: (kind: FaultName, label: string, make: (spent: World) => World | undefined) => void,
  ): void {
    const { application, wrapper } = world;
    const isOld = this.scenario.oldWrapper === true;
    const idle =
      wrapper.life === "live" && !wrapper.frozen && wrapper.todo.length === 0 && wrapper.slow === undefined;
    const tell = (now: World, event: Event): World => (isOld ? now : this.#step(now, APP, event));
    if (application.state === "asked" && idle) {
      add("the application starts", true, () => {
        const running = this.#applicationStarted(world);
        return tell(running, { type: "started", at: 0 });
      });
      fault("application cannot start", "the application cannot be started", (spent) => {
        const heard: World = { ...spent, application: { ...application, state: "heard", code: 127 } };
        return tell(heard, { type: "not-started", at: 0, exitCode: 127, reason: "not found" });
      });
    }
    if (application.state === "running") {
      const end = (now: World, code: number): World => ({
        ...now,
        application: { ...now.application, state: "exited", code },
      });
      if (application.killed) add("the application is dead", true, () => end(world, 137));
      else {
        add("the application exits 0", true, () => end(world, 0));
        if (application.termed) add("the application obeys SIGTERM", true, () => end(world, 143));
        fault("application fails", "the application exits 1", (spent) => end(spent, 1));
      }
      if (idle && !isOld) {
        fault("supervisor lost", "the application's supervisor is lost", (spent) => {
          const heard: World = { ...spent, application: { ...application, state: "heard", code: 70 } };
          return tell(heard, { type: "lost", at: 0, reason: "lost" });
        });
      }
      this.#tamperings(world, fault);
    }
    if (application.state === "exited" && idle && !isOld) {
      add("wrapper hears that the application has ended", true, () => {
        const heard: World = { ...world, application: { ...application, state: "heard" } };
        const { code } = application;
        return tell(heard, { type: "exited", at: 0, outcome: { type: "code", code } });
      });
    }
  }

  #applicationStarted(world: World): World {
    let now: World = { ...world, application: { ...world.application, state: "running" } };
    if (world.budget.decided) {
      this.#violation ??= "4: the application is run again although its outcome is on record";
    }
    for (const [index, plan] of this.scenario.sidecars.entries()) {
      const { ledger, process } = placeOf(now, index);
      const served = plan.live === true || plan.old === true ? ledger.serves : ledger.prepared;
      const uploads = process.work === "upload" || (plan.old === true && process.old === "uploading");
      now = withLedger(now, index, { missed: !served, torn: ledger.torn || uploads });
      // Without an identity a wrapper started again after its end begins a new run.
      if (ledger.bundle === "labelled" && this.scenario.identity !== false) {
        this.#violation ??= "3: the application is run again although its output is uploaded";
      }
    }
    return now;
  }

  #tamperings(
    world: World,
    fault: (kind: FaultName, label: string, make: (spent: World) => World | undefined) => void,
  ): void {
    for (const index of this.scenario.sidecars.keys()) {
      const { markers, file } = placeOf(world, index);
      const name = this.nameOf(index);
      for (const marker of ["ready", "upload", "uploaded"] as const) {
        if (markers[marker] === "old") continue;
        fault("tampering", `the application touches ${name}'s ${marker} marker`, (spent) =>
          withPlace(spent, index, { markers: { ...markers, [marker]: "old" } }),
        );
      }
      if (this.scenario.sidecars[index]?.old === true) continue;
      fault("tampering", `the application removes ${name}'s status`, (spent) =>
        withPlace(spent, index, {
          file: { status: undefined, run: 0, unseen: this.#everyone, forged: false },
        }),
      );
      const done: Status = {
        ...blankStatus(name, "done"),
        serving: file.status?.serving ?? "guess",
        request: "guess",
      };
      fault("tampering", `the application forges that ${name} is done`, (spent) =>
        withPlace(spent, index, {
          file: { status: done, run: world.budget.run, unseen: this.#everyone, forged: true },
        }),
      );
    }
    if (this.scenario.oldWrapper === true) return;
    fault("tampering", "the application removes the wrapper's status", (spent) => ({
      ...spent,
      file: { status: undefined, run: 0, unseen: this.#everyone, forged: false },
    }));
  }

  #applicationRuns(world: World): boolean {
    return world.application.state === "running" || world.application.state === "asked";
  }

  // ---- old participants ----

  #movesOfOldWrapper(
    world: World,
    process: Process,
    add: (label: string, fair: boolean, make: () => World | undefined) => void,
  ): void {
    const to = (now: World, old: string): World => withProcess(now, APP, { ...process, old });
    const everywhere = (name: MarkerName): boolean =>
      world.places.every(({ markers }) => markers[name] !== "none");
    const { application } = world;
    if (process.old === "waiting" && everywhere("ready")) {
      const asked: Application = { state: "asked", run: 1, code: 0, termed: false, killed: false };
      add("old wrapper starts the application", true, () => to({ ...world, application: asked }, "running"));
    }
    if (process.old === "running" && application.state === "exited") {
      const heard: World = { ...world, application: { ...application, state: "heard" } };
      add("old wrapper hears that the application has ended", true, () =>
        application.code === 0 ? to(heard, "asking 0") : this.#exit(heard, APP, application.code),
      );
    }
    if (process.old.startsWith("asking")) {
      const index = Number(process.old.split(" ")[1]);
      const next = index + 1 === world.places.length ? "uploading" : `asking ${index + 1}`;
      add(`old wrapper touches ${this.nameOf(index)}'s upload marker`, true, () =>
        to(withPlace(world, index, { markers: { ...placeOf(world, index).markers, upload: "old" } }), next),
      );
    }
    if (process.old === "uploading" && everywhere("uploaded")) {
      add("old wrapper exits 0", true, () => this.#exit(world, APP, 0));
    }
  }

  #movesOfOldSidecar(
    world: World,
    who: number,
    process: Process,
    add: (label: string, fair: boolean, make: () => World | undefined) => void,
    fault: (kind: FaultName, label: string, make: (spent: World) => World | undefined) => void,
  ): void {
    const name = `old ${this.nameOf(who)}`;
    const to = (now: World, old: string): World => withProcess(now, who, { ...processOf(now, who), old });
    const touch = (now: World, marker: MarkerName): World =>
      withPlace(now, who, { markers: { ...placeOf(now, who).markers, [marker]: "old" } });
    const { markers } = placeOf(world, who);
    fault("work fails", `${name} hangs for ever`, (spent) => to(spent, "hung"));
    switch (process.old) {
      case "preparing":
        add(`${name} is ready`, true, () =>
          to(touch(withLedger(world, who, { prepared: true, serves: true }), "ready"), "ready"),
        );
        return;
      case "ready":
        if (markers.upload !== "none") {
          add(`${name} uploads`, true, () =>
            to(this.#beginUpload(this.#loseService(world, who), who), "uploading"),
          );
        }
        return;
      case "uploading":
        add(`${name} has uploaded`, true, () => {
          const now = withLedger(world, who, { bundle: "labelled" });
          this.#violation ??= judgeLabel(now, who);
          return to(touch(now, "uploaded"), "leaving");
        });
        return;
      case "leaving":
        add(`${name} exits 0`, true, () => this.#exit(world, who, 0));
        return;
      default:
    }
  }

  #isOld(who: number): boolean {
    return who === APP ? this.scenario.oldWrapper === true : this.scenario.sidecars[who]?.old === true;
  }

  // ---- time ----

  #isDue(process: Process): boolean {
    const machine = this.#machines.get(process.machine);
    const deadline = isWrapper(machine)
      ? this.parts.wrapperDeadline(machine)
      : this.parts.sidecarDeadline(machine);
    return deadline !== undefined && deadline <= 0;
  }

  /** Time passes only when everybody who can act at once has done so: a step takes less than a tick. */
  #mayTick(world: World): boolean {
    for (const who of this.#participants()) {
      const process = processOf(world, who);
      if (this.scenario.backOff !== undefined && process.life === "absent") return false;
      if (this.#startsAgain(world, process) && process.down === this.scenario.backOff) return false;
      if (process.life !== "live" || process.frozen || this.#isOld(who)) continue;
      if (process.todo.length > 0 || process.slow !== undefined || this.#isDue(process)) return false;
      if (who === APP && world.application.state === "exited") return false;
    }
    return !(world.application.state === "running" && world.application.killed);
  }

  /** Instants come closer, everybody who lives beats, and then everybody looks: the poll. */
  #tick(world: World): World {
    const { since } = world.budget;
    let now: World = {
      ...world,
      budget: {
        ...world.budget,
        since: since === undefined ? undefined : Math.min(since + 1, DEADLINE + 2),
      },
    };
    for (const who of this.#participants()) {
      const process = processOf(now, who);
      if (this.#startsAgain(now, process))
        now = withProcess(now, who, { ...process, down: process.down + 1 });
    }
    const alive = this.#participants().filter(
      (who) => processOf(now, who).life === "live" && !this.#isOld(who),
    );
    for (const who of alive) {
      const process = processOf(now, who);
      now = withProcess(now, who, { ...process, machine: this.#shift(process.machine) });
    }
    const awake = alive.filter((who) => !processOf(now, who).frozen);
    for (const who of awake) now = this.#beat(now, who);
    for (const who of awake) {
      if (processOf(now, who).todo.length === 0) now = this.#look(now, who);
    }
    return now;
  }

  #beat(world: World, who: number): World {
    const process = processOf(world, who);
    if (process.told < 0 && !process.broken) return world;
    const file = fileOf(world, who);
    if (world.budget.full || file.forged) {
      if (process.broken) return world;
      return withProcess(world, who, { ...process, broken: true, todo: [{ do: "hear", refused: true }] });
    }
    const status = this.#statusOf(process, who);
    const told = this.#statuses.id(status);
    const written = withFile(world, who, { status, run: process.run, unseen: this.#everyone, forged: false });
    return withProcess(written, who, { ...process, told, broken: false });
  }

  #shift(machine: number): number {
    const known = this.#shifted.get(machine);
    if (known !== undefined) return known;
    const state = this.#machines.get(machine);
    const earlier = (at: number, least: number): number => Math.max(at - 1, least);
    const timeout = isWrapper(state) ? START_TIMEOUT : (this.scenario.applicationTimeout ?? -1);
    const moved: Machine = {
      ...state,
      phaseBegan: earlier(state.phaseBegan, -timeout - 1),
      lastLook: earlier(state.lastLook, -1),
      ...(state.stop === undefined
        ? {}
        : { stop: { ...state.stop, deadline: earlier(state.stop.deadline, 0) } }),
    };
    const shifted =
      isWrapper(moved) || moved.leaving === undefined
        ? moved
        : { ...moved, leaving: { ...moved.leaving, deadline: earlier(moved.leaving.deadline, 0) } };
    const id = this.#machines.id(shifted);
    this.#shifted.set(machine, id);
    return id;
  }

  /** Keeps the books on who has been lost. */
  #settle(before: World, after: World): World {
    const lost = this.#participants().filter((who) => isLost(after, who));
    const { since } = after.budget;
    // Sidecars learn of each other's loss from their wrapper, while it lives.
    const matters = (who: number): boolean => who === APP || !lost.includes(APP);
    let counted = since;
    if (lost.length === 0) counted = undefined;
    else if (since === undefined || lost.some((who) => matters(who) && !isLost(before, who))) {
      counted = Math.max(since ?? 0, 0);
    }
    return counted === since ? after : { ...after, budget: { ...after.budget, since: counted } };
  }

  #describe(todo: Todo, process: Process): string {
    switch (todo.do) {
      case "marker":
        return `writes ${this.nameOf(todo.peer)}'s ${todo.marker} marker`;
      case "status":
        return `says that it is ${this.#machines.get(process.machine).phase}`;
      case "hear":
        return "takes note that the directory refuses writes";
      case "exit":
        return `exits ${todo.code}`;
      case "begin":
        return "begins";
    }
  }

  #placeholder(): Machine {
    return this.parts.beginSidecar(sidecarRules(this.scenario, 0), { at: 0, peers: {} }).state;
  }
}

/** What cannot be told apart any more is made equal; causes are judged, then forgotten. */
function normal<State extends Machine>(state: State): State {
  const failure =
    state.failure === undefined ? {} : { failure: { ...state.failure, cause: judged(state.failure) } };
  if (isWrapper(state)) {
    const peers = Object.fromEntries(
      Object.entries(state.peers).map(([name, peer]) => [name, forgetBeat(peer)]),
    );
    // A phase is measured only for those who give no sign of life.
    const measures = Object.values(peers).some(({ view }) => view.status === undefined);
    return { ...state, ...failure, peers, phaseBegan: measures ? state.phaseBegan : 0 };
  }
  const { wrapperStatus } = state;
  return {
    ...state,
    ...failure,
    ...(wrapperStatus === undefined ? {} : { wrapperStatus: { ...wrapperStatus, beat: 1 } }),
    wrapper: forgetLiveness(state.wrapper),
  };
}

/** A beat is new (2) or the one seen before (1); once seen it is the latter. */
function forgetBeat({ view, liveness, found, known }: WatchedPeer): WatchedPeer {
  const { status } = view;
  const still = found !== undefined && (status === undefined || beatOf(status) === found);
  const seen = found?.replace(/:2$/, ":1");
  return {
    view: status === undefined ? view : { ...view, status: { ...status, beat: 1 } },
    liveness: forgetLiveness(liveness),
    known,
    ...(still && seen !== undefined ? { found: seen } : {}),
  };
}

function forgetLiveness({ beat, quiet }: Liveness): Liveness {
  const longest = beat?.endsWith("failed") === true ? RETURN : SILENCE;
  return { beat: beat?.replace(/:2$/, ":1"), quiet: Math.min(quiet, longest + 1) };
}

/** A cause is good when it says something, and names who is to blame when that is somebody else. */
function judged({ cause, exitCode }: { cause: string; exitCode: number }): string {
  if (cause === "because" || cause === "") return cause;
  return exitCode !== 69 || /sidecar|wrapper|application/.test(cause) ? "because" : "";
}

/** Who has done its part and said so is not missed, unless it is the wrapper, after whose end nobody is to stay. */
function isLost(world: World, who: number): boolean {
  const { life, code, frozen } = processOf(world, who);
  const { status, run } = fileOf(world, who);
  const said = run === world.budget.run ? status?.phase : undefined;
  const cutOff = life === "dead" || frozen;
  if (said === "failed") return true;
  if (cutOff && said === "done") return who === APP;
  if (cutOff || life === "never") return true;
  return life === "exited" && (code !== 0 || who === APP);
}

function gone(application: Application): Application {
  if (application.state === "none" || application.state === "heard") return application;
  return { ...application, state: "none" };
}

function processOf(world: World, who: number): Process {
  return who === APP ? world.wrapper : placeOf(world, who).process;
}

function placeOf(world: World, index: number): Place {
  const place = world.places[index];
  if (place === undefined) throw new Error(`no sidecar ${index}`);
  return place;
}

function fileOf(world: World, who: number): StatusFile {
  return who === APP ? world.file : placeOf(world, who).file;
}

function withProcess(world: World, who: number, process: Process): World {
  return who === APP ? { ...world, wrapper: process } : withPlace(world, who, { process });
}

function withFile(world: World, who: number, file: StatusFile): World {
  return who === APP ? { ...world, file } : withPlace(world, who, { file });
}

function withPlace(world: World, index: number, part: Partial<Place>): World {
  const places = world.places.map((place, i) => (i === index ? { ...place, ...part } : place));
  return { ...world, places };
}

function withLedger(world: World, index: number, part: Partial<Ledger>): World {
  return withPlace(world, index, { ledger: { ...placeOf(world, index).ledger, ...part } });
}
