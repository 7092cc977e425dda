import { damageOf } from "../core/damage.ts";
import type { BundleRecord } from "../core/bundle-record.ts";
import { formatDuration } from "../core/duration.ts";
import { toKnownError } from "../core/errors.ts";
import type { Damage, Observation } from "../core/observation.ts";
import { signalName } from "../core/signals.ts";
import { type Failure, hasEnded, type Phase, type Status } from "../core/status.ts";
import type { Clock, Coordination, Log, LogFields } from "../ports.ts";

/** How often a wait says what it is waiting for. */
const REMINDER_MS = 30_000;

/** Rhythm of a participant; durations in milliseconds. */
export interface Rhythm {
  readonly pollInterval: number;
  readonly beatInterval: number;
  readonly silenceTimeout: number;
}

export interface ParticipantDependencies {
  readonly coordination: Coordination;
  readonly clock: Clock;
  readonly log: Log;
  /** Delivers signal numbers until the returned function is called. */
  readonly signals: (deliver: (signal: number) => void) => () => void;
}

/** What the loop needs to know of a machine's state. */
interface MachineState {
  readonly phase: Phase;
  readonly failure?: Failure;
}

type CommonEvent =
  | { readonly type: "observed"; readonly observation: Observation }
  | { readonly type: "signal"; readonly at: number; readonly signal: number }
  | { readonly type: "timer"; readonly at: number };

/** A state machine with its hands: the loop feeds it events and has its effects performed. */
export interface Machine<State extends MachineState, Event, Effect extends { readonly type: string }> {
  readonly step: (state: State, event: Event | CommonEvent) => Stepped<State, Effect>;
  /** Instant at which it wants a timer event. */
  readonly deadline: (state: State) => number | undefined;
  /** What is being done or waited for, in words. */
  readonly doing: (state: State) => string | undefined;
  /** What its status file says beside the common part. */
  readonly status: (state: State) => StatusExtras;
  /** Effects that must be seen before the new status: markers. */
  readonly emit: (effect: Effect) => void;
  /** Whether `done` is worth nothing to the others unless they hear of it. */
  readonly doneOnlyIfTold?: boolean;
  /** Everything else but the exit. Must not throw: failures come back as events. */
  readonly perform: (effect: Effect, deliver: (event: Event) => void) => void;
}

export interface Stepped<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export type StatusExtras = Partial<
  Pick<Status, "decision" | "applicationExitCode" | "served" | "request" | "serving"> & {
    readonly bundles: readonly BundleRecord[];
    readonly reserved: Readonly<Record<string, string>>;
  }
>;

/** How a participant ended. */
export interface Ending {
  readonly exitCode: number;
  readonly failure: Failure | undefined;
}

/**
 * The one loop: event → step → effects. Markers are written before the status that speaks of them, the status
 * before anything is begun, and every step is over before the next event is taken.
 */
export class Participant<State extends MachineState, Event, Effect extends { readonly type: string }> {
  readonly #name: string;
  readonly #machine: Machine<State, Event, Effect>;
  readonly #rhythm: Rhythm;
  readonly #with: ParticipantDependencies;
  readonly #queue: (Event | CommonEvent)[] = [];
  readonly #ending = Promise.withResolvers<Ending>();
  readonly #first: Stepped<State, Effect>;
  #state: State;
  #since: string;
  #phaseBegan: number;
  #beat = 0;
  #published = "";
  #publishedAt: number;
  #unwritable = false;
  #stepping = false;
  #ended = false;
  #cancelDeadline: () => void = () => {};

  constructor(
    name: string,
    machine: Machine<State, Event, Effect>,
    rhythm: Rhythm,
    dependencies: ParticipantDependencies,
    first: Stepped<State, Effect>,
  ) {
    this.#name = name;
    this.#machine = machine;
    this.#rhythm = rhythm;
    this.#with = dependencies;
    this.#state = first.state;
    this.#since = dependencies.clock.wall();
    this.#publishedAt = dependencies.clock.now();
    this.#phaseBegan = dependencies.clock.now();
    this.#first = first;
  }

  /** Lives until the machine says exit. */
  async live(): Promise<Ending> {
    const { coordination, signals } = this.#with;
    const stopSignals = signals((signal) => {
      this.#with.log.info(`received ${signalName(signal)}`);
      // A request for an upload that was left just before must not count as left too late.
      this.#look();
      this.deliver({ type: "signal", at: this.#now(), signal });
    });
    const stopWatch = coordination.watch(() => this.#look());
    const stopPoll = this.#every(this.#rhythm.pollInterval, () => this.#look());
    const stopBeat = this.#every(this.#rhythm.beatInterval, () => this.#publish("beat"));
    const stopReminder = this.#every(REMINDER_MS, () => this.#remind());
    try {
      this.#announce({ run: coordination.run });
      this.#take(this.#first);
      this.#look();
      return await this.#ending.promise;
    } finally {
      this.#cancelDeadline();
      for (const stop of [stopSignals, stopWatch, stopPoll, stopBeat, stopReminder]) stop();
    }
  }

  /** Hands an event to the machine; events that come while it steps wait their turn. */
  deliver(event: Event | CommonEvent): void {
    this.#queue.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        if (!this.#ended) this.#take(this.#machine.step(this.#state, next));
      }
    } finally {
      this.#stepping = false;
    }
  }

  /** Writes the status file again because what it says beside the phase has changed. */
  refresh(): void {
    this.#publish("change");
  }

  #take({ state, effects }: Stepped<State, Effect>): void {
    const before = this.#state.phase;
    const entered = state.phase !== before;
    this.#state = state;
    if (entered) this.#enter();
    const refused = this.#tell(effects, entered);
    if (refused !== undefined && this.#machine.doneOnlyIfTold && state.phase === "done") {
      this.#endDamaged(before, damageOf(refused));
      return;
    }
    this.#setDeadline();
    // Performed whatever the directory refuses: the machine counts on what it asked for having been begun.
    for (const effect of effects) {
      if (effect.type !== "exit") this.#machine.perform(effect, (event) => this.deliver(event));
      else if ("code" in effect && typeof effect.code === "number") this.#end(effect.code);
    }
    if (refused === undefined) return;
    if (hasEnded(state)) this.#with.log.warn("cannot tell the others of the end", { error: refused });
    else this.#damaged(refused);
  }

  /** Writes the markers and then the status, none after one that failed; returns why. */
  #tell(effects: readonly Effect[], entered: boolean): unknown {
    try {
      for (const effect of effects) this.#machine.emit(effect);
      this.#write(entered ? "change" : "if-changed");
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** What was done cannot be told, so it does not count as done. */
  #endDamaged(phase: Phase, damage: Damage): void {
    const failure = { phase, ...damage };
    this.#state = { ...this.#state, phase: "failed", failure };
    this.#enter();
    this.#tell([], true);
    this.#end(damage.exitCode);
  }

  #enter(): void {
    this.#since = this.#with.clock.wall();
    this.#phaseBegan = this.#now();
    this.#announce();
  }

  #announce(fields?: LogFields): void {
    const { phase, failure } = this.#state;
    if (failure === undefined) {
      this.#with.log.info(phase, fields);
    } else if (phase === "failed") {
      this.#with.log.error(failure.cause, { phase: failure.phase, exitCode: failure.exitCode, ...fields });
    } else {
      this.#with.log.warn(`${phase}: ${failure.cause}`, fields);
    }
  }

  #end(exitCode: number): void {
    this.#ended = true;
    this.#ending.resolve({ exitCode, failure: this.#state.failure });
  }

  #look(): void {
    if (!this.#ended) this.deliver({ type: "observed", observation: this.#with.coordination.look() });
  }

  #publish(reason: "beat" | "change"): void {
    if (this.#ended) return;
    try {
      this.#write(reason);
    } catch (error) {
      const quiet = this.#now() - this.#publishedAt;
      const passes = toKnownError(error).kind === "system" && quiet < this.#rhythm.silenceTimeout / 2;
      if (reason === "beat" && passes) {
        this.#with.log.warn("cannot refresh the status file", { error });
      } else {
        this.#damaged(error);
      }
    }
  }

  #write(reason: "beat" | "change" | "if-changed"): void {
    const { coordination, clock } = this.#with;
    const doing = this.#machine.doing(this.#state);
    const { bundles = [], reserved = {}, ...extras } = this.#machine.status(this.#state);
    const said = {
      version: 1 as const,
      participant: this.#name,
      run: coordination.run,
      attempt: (coordination.previous?.attempt ?? 0) + 1,
      phase: this.#state.phase,
      since: this.#since,
      ...(doing === undefined ? {} : { doing }),
      ...extras,
      bundles,
      reserved,
      ...(this.#state.failure === undefined ? {} : { failure: this.#state.failure }),
    };
    const text = JSON.stringify(said);
    if (reason === "if-changed" && text === this.#published) return;
    this.#beat += 1;
    coordination.publish({ ...said, beat: this.#beat, at: clock.wall() });
    this.#published = text;
    this.#publishedAt = this.#now();
    this.#unwritable = false;
  }

  /** Once, until a write succeeds again: the machine's answer is written too, and would fail for the same cause. */
  #damaged(error: unknown): void {
    if (this.#unwritable) return;
    this.#unwritable = true;
    const damage = damageOf(error);
    this.deliver({ type: "observed", observation: { at: this.#now(), peers: {}, damage } });
  }

  #setDeadline(): void {
    this.#cancelDeadline();
    const deadline = this.#machine.deadline(this.#state);
    if (deadline === undefined || this.#ended) return;
    const delay = Math.max(0, deadline - this.#now());
    this.#cancelDeadline = this.#with.clock.after(delay, () =>
      this.deliver({ type: "timer", at: this.#now() }),
    );
  }

  #remind(): void {
    const doing = this.#machine.doing(this.#state);
    if (doing === undefined) return;
    this.#with.log.info(doing, { elapsed: formatDuration(this.#now() - this.#phaseBegan) });
  }

  #now(): number {
    return this.#with.clock.now();
  }

  #every(interval: number, callback: () => void): () => void {
    let cancel: (() => void) | undefined;
    const arm = (): void => {
      cancel = this.#with.clock.after(interval, () => {
        callback();
        if (!this.#ended) arm();
      });
    };
    arm();
    return () => cancel?.();
  }
}
