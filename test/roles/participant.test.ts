import { expect, test } from "bun:test";
import { KnownError } from "../../src/core/errors.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Failure, Phase, Status } from "../../src/core/status.ts";
import type { Coordination, Log } from "../../src/ports.ts";
import { type Machine, Participant } from "../../src/roles/participant.ts";
import { createFakeClock } from "../fakes/clock.ts";

interface State {
  readonly phase: Phase;
  readonly failure?: Failure;
}
type Effect = { readonly type: string; readonly code?: number };
type Event = { readonly type: "go"; readonly to: State; readonly effects?: readonly Effect[] };
type StubMachine = Machine<State, Event, Effect>;

const FULL = new KnownError("system", "cannot write: ENOSPC");
const FAILURE: Failure = { phase: "running", cause: "cannot write: ENOSPC", exitCode: 71 };

/** A participant over a machine that does as its events say, and what became of it in order. */
function stage(first: State = { phase: "waiting" }, onDamage: (state: State) => State = (state) => state) {
  const clock = createFakeClock();
  const happened: string[] = [];
  const published: Status[] = [];
  let refusal: KnownError | undefined;
  let signalled: ((signal: number) => void) | undefined;
  const step: StubMachine["step"] = (state, event) => {
    if (event.type === "go") return { state: event.to, effects: event.effects ?? [] };
    if (event.type === "observed" && event.observation.damage !== undefined) {
      happened.push("damage");
      return { state: onDamage(state), effects: [{ type: "stop-application" }] };
    }
    return { state, effects: [] };
  };
  const note = (message: string): void => void happened.push(`log ${message}`);
  const log: Log = { debug: note, info: note, warn: note, error: (message) => note(`error ${message}`) };
  const coordination: Coordination = {
    run: "r",
    previous: undefined,
    look: (): Observation => ({ at: clock.now(), peers: {} }),
    emit: () => {},
    withdraw: () => {},
    publish(status) {
      if (refusal !== undefined) throw refusal;
      published.push(status);
      happened.push(`status ${status.phase}`);
    },
    watch: () => () => {},
  };
  const machine: StubMachine = {
    step,
    doneOnlyIfTold: false,
    deadline: () => undefined,
    doing: ({ phase }) => (phase === "waiting" ? "waiting for files sidecar" : undefined),
    status: () => ({}),
    emit: ({ type }) => void (type === "marker" && happened.push("marker")),
    perform: ({ type }) => void (type !== "marker" && happened.push(type)),
  };
  const signals = (deliver: (signal: number) => void) => {
    signalled = deliver;
    return () => {};
  };
  const rhythm = { pollInterval: 1000, beatInterval: 5000, silenceTimeout: 30_000 };
  const participant = new Participant(
    "app",
    machine,
    rhythm,
    { coordination, clock, log, signals },
    {
      state: first,
      effects: [],
    },
  );
  const ending = participant.live();
  return {
    clock,
    happened,
    published,
    ending,
    go: (to: State, ...effects: Effect[]) => participant.deliver({ type: "go", to, effects }),
    signal: (number: number) => signalled?.(number),
    refuse: (error: KnownError | undefined) => void (refusal = error),
  };
}

test("a marker is written before the status that speaks of it, and that before anything is begun", () => {
  const { happened, go } = stage();
  const mark = happened.length;
  go({ phase: "running" }, { type: "start" }, { type: "marker" });
  expect(happened.slice(mark)).toEqual(["log running", "marker", "status running", "start"]);
});

test("a wait says every 30 seconds what it is waiting for, and for how long", () => {
  const { clock, happened, go } = stage();
  const reminders = () => happened.filter((line) => line.startsWith("log waiting for")).length;
  clock.advance(29_999);
  expect(reminders()).toBe(0);
  clock.advance(1);
  expect(reminders()).toBe(1);
  clock.advance(60_000);
  expect(reminders()).toBe(3);
  go({ phase: "running" });
  clock.advance(60_000);
  expect(reminders()).toBe(3);
});

test("the status is refreshed at every beat, with a beat that counts up", () => {
  const { clock, published } = stage();
  clock.advance(20_000);
  expect(published.map(({ beat }) => beat)).toEqual([1, 2, 3, 4, 5]);
});

test("a status that cannot be written for a moment is a warning, for half the silence timeout a failure", () => {
  const { clock, happened, refuse } = stage();
  refuse(FULL);
  clock.advance(10_000);
  expect(happened).not.toContain("damage");
  expect(happened).toContain("log cannot refresh the status file");
  clock.advance(10_000);
  expect(happened).toContain("damage");
});

test("a second process under the same name is a failure at once", () => {
  const { clock, happened, refuse } = stage();
  refuse(new KnownError("configuration", "cannot take part: another process writes too"));
  clock.advance(5000);
  expect(happened).toContain("damage");
});

test("what a step asks for is done even when its status cannot be written, and the machine hears of that once", () => {
  const stopping: State = { phase: "stopping", failure: FAILURE };
  const { happened, go, refuse } = stage({ phase: "running" }, () => stopping);
  refuse(FULL);
  go({ phase: "uploading" }, { type: "request" });
  const after = happened.slice(happened.indexOf("request"));
  expect(after).toEqual(["request", "damage", `log stopping: ${FAILURE.cause}`, "stop-application"]);
});

test("a machine that does not mind the damage is not told of it for ever", () => {
  const { happened, go, refuse } = stage({ phase: "ready" });
  refuse(FULL);
  go({ phase: "stopping" });
  expect(happened.filter((line) => line === "damage")).toHaveLength(1);
  refuse(undefined);
  go({ phase: "ready" });
  refuse(FULL);
  go({ phase: "stopping" });
  expect(happened.filter((line) => line === "damage")).toHaveLength(2);
});

test("an end that cannot be told is an end all the same", async () => {
  const { ending, go, refuse } = stage();
  refuse(FULL);
  go({ phase: "done" }, { type: "exit", code: 0 });
  expect(await ending).toEqual({ exitCode: 0, failure: undefined });
});

test("one that has failed from the start says so as an error", () => {
  const { happened } = stage({ phase: "failed", failure: FAILURE });
  expect(happened).toContain(`log error ${FAILURE.cause}`);
});

test("a signal is named in the log before anything comes of it", () => {
  const { happened, signal } = stage();
  signal(15);
  expect(happened.at(-1)).toBe("log received SIGTERM");
});

test("nothing is written and nothing reminded after the end", async () => {
  const { clock, ending, go, happened } = stage();
  go({ phase: "done" }, { type: "exit", code: 3 });
  expect((await ending).exitCode).toBe(3);
  const mark = happened.length;
  clock.advance(100_000);
  expect(happened.slice(mark)).toEqual([]);
});
