import { expect, test } from "bun:test";
import {
  beginWrapper,
  stepWrapper,
  wrapperDeadline,
  wrapperDoing,
  type WrapperEffect,
  type WrapperEvent,
  type WrapperRules,
  type WrapperState,
} from "../../src/core/wrapper.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Status } from "../../src/core/status.ts";
import { look, status, view } from "./observations.ts";

const RULES: WrapperRules = {
  peers: [{ kind: "files" }],
  upload: "on-success",
  grace: 1000,
  silenceTimeout: 30_000,
  returnTimeout: 360_000,
  startTimeout: 60_000,
  uploadTimeout: 0,
  request: "now",
};

const READY = view(["ready"], status("files", "ready"));

/** A machine that remembers every effect it asked for. */
function machine(
  rules: Partial<WrapperRules> = {},
  previous?: Status,
  first: Observation = look(0, view([])),
) {
  const begun = beginWrapper({ ...RULES, ...rules }, first, previous);
  let state: WrapperState = begun.state;
  const effects: WrapperEffect[] = [...begun.effects];
  return {
    send(...events: WrapperEvent[]) {
      for (const event of events) {
        const stepped = stepWrapper(state, event);
        state = stepped.state;
        effects.push(...stepped.effects);
      }
      return this;
    },
    see(observation: Observation) {
      return this.send({ type: "observed", observation });
    },
    get state() {
      return state;
    },
    get effects() {
      return effects;
    },
    get exit() {
      const exits = effects.filter((effect) => effect.type === "exit");
      expect(exits.length).toBeLessThan(2);
      return exits[0]?.code;
    },
  };
}

const STARTED: WrapperEvent = { type: "started", at: 10 };
const exited = (code: number, at = 20): WrapperEvent => ({
  type: "exited",
  at,
  outcome: { type: "code", code },
});
const running = (rules: Partial<WrapperRules> = {}) => machine(rules).see(look(5, READY)).send(STARTED);

test("the application starts when every sidecar is ready, and only once", () => {
  const m = machine({ peers: [{ kind: "files" }, { kind: "postgres", database: "db" }] });
  m.see(look(1, READY));
  expect(m.effects).toEqual([]);
  const both: Observation = { at: 2, peers: { files: READY, "postgres-db": view(["ready"]) } };
  m.see(both).see({ ...both, at: 3 });
  expect(m.effects).toEqual([{ type: "start-application" }]);
});

test("success asks every sidecar for its upload and exits 0 when all have uploaded", () => {
  const m = running().send(exited(0));
  expect(m.state.phase).toBe("uploading");
  expect(m.effects.at(-1)).toEqual({ type: "request-upload", peer: { kind: "files" } });
  m.see(look(30, view(["ready", "upload"], status("files", "uploading"))));
  expect(m.exit).toBeUndefined();
  m.see(look(40, view([], status("files", "done", { request: "now" }))));
  expect(m.exit).toBe(0);
  expect(m.state.phase).toBe("done");
});

const POLICIES = [
  { upload: "on-success", code: 3, asks: false, exit: 3 },
  { upload: "never", code: 0, asks: false, exit: 0 },
  { upload: "never", code: 4, asks: false, exit: 4 },
  { upload: "always", code: 5, asks: true, exit: 5 },
  { upload: "always", code: 0, asks: true, exit: 0 },
] as const;

for (const { upload, code, asks, exit } of POLICIES) {
  test(`with --upload ${upload} an application that exits ${code} ${asks ? "is" : "is not"} uploaded and the wrapper exits ${exit}`, () => {
    const m = running({ upload }).send(exited(code));
    expect(m.state.decision).toBe(asks ? "upload" : "discard");
    expect(m.effects.some((effect) => effect.type === "request-upload")).toBe(asks);
    if (asks) m.see(look(30, view([], status("files", "done", { request: "now" }))));
    expect(m.exit).toBe(exit);
  });
}

test("a sidecar that fails stops the running application, and the wrapper exits 69 naming phase and cause", () => {
  const failure = { phase: "ready", cause: "the mount died", exitCode: 71 } as const;
  const m = running().see(look(15, view(["ready"], status("files", "failed", { failure }))));
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
  expect(wrapperDeadline(m.state)).toBe(1015);
  m.send({ type: "timer", at: 1015 });
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 9 });
  m.send({ type: "exited", at: 1016, outcome: { type: "signal", signal: 9 } });
  expect(m.exit).toBe(69);
  expect(m.state.failure?.cause).toBe("files sidecar failed while ready: the mount died");
});

test("an application that exits 0 after its sidecar failed is no success", () => {
  const m = running().see(look(15, view(["ready"], status("files", "failed"))));
  expect(m.send(exited(0)).exit).toBe(69);
});

test("a sidecar that has beaten and falls silent past the deadline has failed", () => {
  const m = running();
  for (let at = 10_000; at <= 30_000; at += 10_000) m.see(look(at, READY));
  expect(m.state.phase).toBe("running");
  m.see(look(40_000, READY));
  expect(m.state.phase).toBe("stopping");
  expect(m.state.failure?.cause).toContain("no sign of life for 40 s (last phase: ready)");
});

test("a pause of the whole node is not taken for a sidecar's silence", () => {
  const m = running().see(look(1_000_000, READY));
  expect(m.state.phase).toBe("running");
});

test("an old sidecar that never beats is not taken for silent, but must be ready in time", () => {
  const m = machine();
  m.see(look(60_000, view([])));
  expect(m.exit).toBeUndefined();
  m.see(look(60_001, view([])));
  expect(m.exit).toBe(69);
  const ready = machine()
    .see(look(1, view(["ready"])))
    .send(STARTED);
  ready.see(look(10_000_000, view(["ready"])));
  expect(ready.state.phase).toBe("running");
});

test("a sidecar that ends before its part is done has failed", () => {
  expect(machine().see(look(1, view([], status("files", "done")))).exit).toBe(69);
  const m = running()
    .send(exited(0))
    .see(look(30, view(["ready"], status("files", "done"))));
  expect(m.exit).toBe(69);
});

test("SIGTERM while waiting ends the wrapper", () => {
  const m = machine().send({ type: "signal", at: 1, signal: 15 });
  expect(m.exit).toBe(143);
  expect(m.state.failure?.cause).toBe("stopped by SIGTERM while waiting");
});

test("SIGTERM while the application runs is passed on, followed by SIGKILL when the grace ends", () => {
  const m = running().send({ type: "signal", at: 100, signal: 15 });
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
  m.send({ type: "timer", at: 1099 });
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
  m.send({ type: "timer", at: 1100 }, { type: "timer", at: 1200 });
  expect(m.effects.filter((e) => e.type === "signal-application" && e.signal === 9)).toHaveLength(1);
  m.send({ type: "exited", at: 1201, outcome: { type: "signal", signal: 9 } });
  expect(m.exit).toBe(137);
});

test("an application that ends well on SIGTERM is uploaded within the rest of the grace", () => {
  const m = running().send({ type: "signal", at: 100, signal: 15 }, exited(0, 200));
  expect(m.state.phase).toBe("uploading");
  m.send({ type: "timer", at: 1100 });
  expect(m.exit).toBe(143);
});

test("SIGTERM between asking for the start and hearing of it reaches the application", () => {
  const m = machine().see(look(1, READY)).send({ type: "signal", at: 2, signal: 15 });
  expect(m.effects).toEqual([{ type: "start-application" }]);
  m.send(STARTED);
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
});

test("SIGUSR1 and SIGHUP are passed on without starting the grace", () => {
  const m = running().send({ type: "signal", at: 1, signal: 10 }, { type: "signal", at: 2, signal: 1 });
  expect(m.effects.slice(-2)).toEqual([
    { type: "signal-application", signal: 10 },
    { type: "signal-application", signal: 1 },
  ]);
  expect(m.state.phase).toBe("running");
  expect(wrapperDeadline(m.state)).toBeUndefined();
});

test("an application that cannot be started ends the run with its code and nothing is uploaded", () => {
  const m = machine().see(look(1, READY)).send({
    type: "not-started",
    at: 2,
    exitCode: 127,
    reason: "not found",
  });
  expect(m.exit).toBe(127);
  expect(m.state.decision).toBe("discard");
});

test("a wrapper killed while uploading does not run the application again", () => {
  const previous = status("app", "uploading", {
    decision: "upload",
    applicationExitCode: 0,
    request: "before",
  });
  const m = machine({}, previous);
  expect(m.state.phase).toBe("uploading");
  expect(m.effects).toEqual([{ type: "request-upload", peer: { kind: "files" } }]);
  expect(m.see(look(1, view([], status("files", "done", { request: "before" })))).exit).toBe(0);
});

test("a wrapper killed while the application ran runs it again", () => {
  const m = machine({}, status("app", "running")).see(look(1, READY));
  expect(m.effects).toEqual([{ type: "start-application" }]);
});

test("a finished wrapper started again exits as it did before", () => {
  const done = status("app", "done", { decision: "upload", applicationExitCode: 0 });
  expect(machine({}, done).exit).toBe(0);
  const failed = status("app", "failed", { decision: "discard", applicationExitCode: 3 });
  expect(machine({}, failed).exit).toBe(3);
});

test("markers of uploads that nobody asked for yet show a used directory", () => {
  const m = machine({}, undefined, look(0, view(["ready", "uploaded"])));
  expect(m.exit).toBe(78);
  expect(m.state.failure?.cause).toContain("uploaddone is there already");
});

test("a damaged coordination directory stops the application", () => {
  const m = running().see({ at: 12, peers: {}, damage: { cause: "gone", exitCode: 71 } });
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
  expect(m.send(exited(0)).exit).toBe(71);
});

test("what is waited for names the sidecar and what it is doing", () => {
  const m = machine().see(look(1, view([], status("files", "preparing", { doing: "preparing src" }))));
  expect(wrapperDoing(m.state)).toBe("waiting for files sidecar (preparing: preparing src)");
});

test("a marker whose sidecar still says that it prepares is not believed", () => {
  const m = machine().see(look(1, view(["ready"], status("files", "preparing"))));
  expect(m.effects).toEqual([]);
  expect(m.see(look(2, READY)).effects).toEqual([{ type: "start-application" }]);
});

test("a wrapper started again waits for a sign of life before it believes that a sidecar is ready", () => {
  const m = machine({}, status("app", "running"), look(0, READY)).see(look(1, READY));
  expect(m.effects).toEqual([]);
  expect(wrapperDoing(m.state)).toContain("files sidecar");
  m.see(look(2, view(["ready"], status("files", "ready", { beat: 2 }))));
  expect(m.effects).toEqual([{ type: "start-application" }]);
});

test("a wrapper started again fails when the sidecar it found died with it", () => {
  const m = machine({}, status("app", "running"), look(0, READY));
  for (let at = 10_000; at <= 50_000; at += 10_000) m.see(look(at, READY));
  expect(m.exit).toBe(69);
});

const FAILED = status("files", "failed", {
  failure: { phase: "preparing", cause: "store not reachable", exitCode: 74 },
});
const again = () => machine({}, status("app", "failed"), look(0, view([], FAILED)));

test("a wrapper started again waits for a sidecar that had failed before to be started again, too", () => {
  const m = again();
  for (let at = 10_000; at <= 350_000; at += 10_000) m.see(look(at, view([], { ...FAILED, beat: at })));
  expect(m.effects).toEqual([]);
  expect(wrapperDoing(m.state)).toBe("waiting for files sidecar (failed before, not started again yet)");
  m.see(look(350_001, view([], status("files", "preparing", { attempt: 2 }))));
  m.see(look(350_002, view([], status("files", "ready", { attempt: 2 }))));
  expect(m.effects).toEqual([{ type: "start-application" }]);
});

test("a sidecar that had failed before and does not come back is given up, with the cause of then", () => {
  const m = again();
  for (let at = 10_000; at <= 390_000; at += 10_000) m.see(look(at, view([], FAILED)));
  expect(m.exit).toBe(69);
  expect(m.state.failure?.cause).toBe(
    "files sidecar has not come back within 6 min after it failed while preparing: store not reachable",
  );
});

test("a sidecar that fails after the wrapper's start, or fails again, is not waited for", () => {
  const failure = { phase: "preparing", cause: "store not reachable", exitCode: 74 } as const;
  const second = status("files", "failed", { attempt: 2, failure });
  expect(again().see(look(1, view([], second))).exit).toBe(69);
  const alive = look(0, view([], status("files", "preparing")));
  expect(machine({}, status("app", "waiting"), alive).see(look(1, view([], FAILED))).exit).toBe(69);
  expect(machine({}, undefined, look(0, view([], FAILED))).see(look(1, view([], FAILED))).exit).toBe(69);
});

test("a sidecar that failed to upload is not waited for by a wrapper started again", () => {
  const before = status("app", "failed", { decision: "upload", applicationExitCode: 0, request: "now" });
  const m = machine({}, before, look(0, view([], FAILED))).see(look(1, view([], FAILED)));
  expect(m.exit).toBe(69);
});

test("a wrapper started again believes an old sidecar's marker", () => {
  const m = machine({}, status("app", "running"), look(0, view(["ready"]))).see(look(1, view(["ready"])));
  expect(m.effects).toEqual([{ type: "start-application" }]);
});

test("what was written before the application ended cannot pass for the answer to the request", () => {
  const m = running().send(exited(0));
  m.see(look(30, view(["uploaded"], status("files", "uploading"))));
  expect(m.exit).toBeUndefined();
  expect(m.see(look(31, view(["uploaded"], status("files", "done", { request: "guessed" })))).exit).toBe(69);
});

test("a sidecar that prepared again while the application ran has lost what the application was using", () => {
  const serving = (word: string) => look(5, view([], status("files", "ready", { serving: word })));
  const m = machine().see(serving("one")).send(STARTED).see(serving("other"));
  expect(m.state.failure?.cause).toBe(
    "files sidecar was started again and lost what the application was using",
  );
  const late = machine().see(serving("one")).send(STARTED, exited(0)).see(serving("other"));
  expect(late.exit).toBe(69);
});

test("a wrapper started again believes no marker for a sidecar that had a status when the application was started", () => {
  const before = {
    applicationExitCode: 0,
    decision: "upload",
    request: "now",
    served: { files: "x" },
  } as const;
  const marked = look(1, view(["ready", "upload", "uploaded"]));
  const m = machine({}, status("app", "uploading", before), marked).see(marked);
  expect(m.exit).toBeUndefined();
  for (let at = 10_000; at <= 50_000; at += 10_000) m.see({ ...marked, at });
  expect(m.state.failure?.cause).toContain("files sidecar has given no sign of life");
  const early = machine({}, status("app", "running", { served: { files: "x" } }), look(0, view(["ready"])));
  expect(early.see(look(1, view(["ready"]))).effects).toEqual([]);
});

test("a sidecar whose status file is removed can still fall silent", () => {
  const m = running();
  for (let at = 10_000; at <= 50_000; at += 10_000) m.see(look(at, view(["ready"])));
  expect(m.state.failure?.cause).toContain("no sign of life");
});

test("an application that cannot even be started is given up when the grace ends", () => {
  const m = machine().see(look(1, READY)).send({ type: "signal", at: 2, signal: 15 });
  m.send({ type: "timer", at: 1002 });
  expect(m.effects.slice(-2)).toEqual([
    { type: "signal-application", signal: 9 },
    { type: "exit", code: 143 },
  ]);
});

test("an application that could not be started is not tried again by a restarted wrapper", () => {
  const m = machine()
    .see(look(1, READY))
    .send({ type: "not-started", at: 2, exitCode: 127, reason: "not found" });
  const { decision, applicationExitCode } = m.state;
  expect({ decision, applicationExitCode }).toEqual({ decision: "discard", applicationExitCode: 127 });
  const previous = status("app", "failed", { decision: "discard", applicationExitCode: 127 });
  expect(machine({}, previous).exit).toBe(127);
});

const signal = (number: number, at = 100): WrapperEvent => ({ type: "signal", at, signal: number });
const timer = (at: number): WrapperEvent => ({ type: "timer", at });
const failed = (cause = "no space", at = 30): Observation =>
  look(at, view([], status("files", "failed", { failure: { phase: "ready", cause, exitCode: 74 } })));

test("a used directory is refused by a wrapper started again, too, as long as nothing is decided", () => {
  for (const marker of ["upload", "uploaded"] as const) {
    expect(machine({}, status("app", "running"), look(0, view([marker]))).exit).toBe(78);
  }
});

test("a wrapper started again still knows what its application used", () => {
  const before = { applicationExitCode: 0, decision: "upload", served: { files: "one" } } as const;
  const m = machine({}, status("app", "uploading", before));
  expect(m.see(look(1, view([], status("files", "ready", { serving: "other" })))).exit).toBe(69);
});

test("after the end nothing happens any more", () => {
  const m = running().send(exited(1));
  const { length } = m.effects;
  m.see(look(50, READY)).send(signal(15), timer(9999), exited(0));
  expect(m.effects.length).toBe(length);
  expect(wrapperDeadline(m.state)).toBeUndefined();
  const stopped = running().send(signal(15), exited(143));
  expect(wrapperDeadline(stopped.state)).toBeUndefined();
});

test("silence is counted once, however often one looks", () => {
  const m = running();
  for (let at = 1000; at <= 29_000; at += 1000) m.see(look(at, READY));
  expect(m.state.phase).toBe("running");
});

test("a stop by SIGINT before the application has started reaches it as SIGINT", () => {
  const m = machine().see(look(5, READY)).send(signal(2), STARTED);
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 2 });
});

test("an application that ends well when the grace is over leaves no time for the upload", () => {
  const m = running().send(signal(15), exited(0, 1100));
  expect(m.exit).toBe(143);
  expect(m.state.failure?.cause).toBe("no time was left for the upload after the stop");
});

test("after SIGKILL there is nothing left to be waited for with a deadline", () => {
  const m = running().send(signal(15), timer(1100));
  expect(m.effects.at(-1)).toEqual({ type: "signal-application", signal: 9 });
  expect(wrapperDeadline(m.state)).toBeUndefined();
});

test("a second signal or a failure does not prolong the grace, nor is the application signalled for it twice", () => {
  const twice = running().send(signal(15), signal(15, 600));
  expect(wrapperDeadline(twice.state)).toBe(1100);
  expect(wrapperDeadline(running().send(signal(15)).see(failed("x", 600)).state)).toBe(1100);
  const again = running().see(failed("first")).see(failed("second", 31));
  expect(again.effects.filter(({ type }) => type === "signal-application").length).toBe(1);
  expect(again.send(exited(0)).state.failure?.cause).toContain("first");
});

test("SIGHUP while waiting ends the wrapper, SIGHUP while the application starts does as well", () => {
  expect(machine().send(signal(1)).exit).toBe(129);
  const starting = machine().see(look(5, READY)).send(signal(1));
  expect(starting.state.phase).toBe("stopping");
});

test("SIGTERM while waiting for the uploads leaves them the grace", () => {
  const asked = (): ReturnType<typeof running> => running().send(exited(0), signal(15));
  const answered = look(200, view([], status("files", "done", { request: "now" })));
  expect(asked().see(answered).exit).toBe(0);
  expect(asked().send(timer(1099)).exit).toBeUndefined();
  expect(asked().send(timer(1100)).exit).toBe(143);
});

test("a sidecar that fails while the application starts has it stopped as soon as it has", () => {
  const m = machine().see(look(5, READY)).see(failed());
  expect(m.exit).toBeUndefined();
  expect(m.send(STARTED).effects.at(-1)).toEqual({ type: "signal-application", signal: 15 });
  const late = machine().see(look(5, READY)).see(failed()).send(timer(1030));
  expect(late.exit).toBe(69);
  expect(late.state.failure?.cause).toContain("no space");
});

test("of an application that failed the code is kept when its upload fails, too", () => {
  const m = running({ upload: "always" }).send(exited(3)).see(failed());
  expect(m.exit).toBe(3);
  expect(m.state).toMatchObject({
    decision: "upload",
    failure: { cause: expect.stringContaining("no space") },
  });
});

test("an old sidecar's upload is timed from the request, and its start only until it is ready", () => {
  const marked = (at: number): Observation => look(at, view(["ready"]));
  const m = machine({ uploadTimeout: 1000 }).see(marked(1)).send(STARTED);
  for (let at = 10_000; at <= 200_000; at += 10_000) m.see(marked(at));
  m.see(look(200_001, view([])));
  m.send(exited(0, 200_002)).see(marked(201_002));
  expect(m.exit).toBeUndefined();
  expect(m.see(marked(201_003)).exit).toBe(69);
  const patient = machine({ startTimeout: 0 });
  for (let at = 10_000; at <= 200_000; at += 10_000) patient.see(look(at, view([])));
  expect(patient.exit).toBeUndefined();
});

test("an old sidecar that is ready is not late because another prepares for long", () => {
  const both = [{ kind: "files" }, { kind: "postgres", database: "db" }] as const;
  const m = machine({ peers: both });
  for (let at = 10_000; at <= 200_000; at += 10_000) {
    const preparing = view([], status("postgres-db", "preparing", { beat: at, serving: "x" }));
    m.see({ at, peers: { files: view(["ready"]), "postgres-db": preparing } });
  }
  expect(m.exit).toBeUndefined();
});

test("a sidecar that had a status is not believed by its marker when the status is removed", () => {
  const m = running()
    .send(exited(0))
    .see(look(30, view(["uploaded"])));
  expect(m.exit).toBeUndefined();
});
