import { expect, test } from "bun:test";
import {
  beginSidecar,
  type SidecarEffect,
  type SidecarEvent,
  type SidecarRules,
  sidecarDeadline,
  sidecarDoing,
  type SidecarState,
  stepSidecar,
  type Work,
} from "../../src/core/sidecar.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Status } from "../../src/core/status.ts";
import { look, status, view } from "./observations.ts";

const RULES: SidecarRules = {
  peer: { kind: "files" },
  grace: 1000,
  silenceTimeout: 30_000,
  returnTimeout: 360_000,
  applicationTimeout: 0,
  hasDestination: true,
  toleratesRestart: true,
  fresh: "this attempt",
};

function machine(
  rules: Partial<SidecarRules> = {},
  first: Observation = look(0, view([])),
  previous?: Status,
) {
  const begun = beginSidecar({ ...RULES, ...rules }, first, previous);
  let state: SidecarState = begun.state;
  const effects: SidecarEffect[] = [...begun.effects];
  return {
    send(...events: SidecarEvent[]) {
      for (const event of events) {
        const stepped = stepSidecar(state, event);
        state = stepped.state;
        effects.push(...stepped.effects);
      }
      return this;
    },
    see(observation: Observation) {
      return this.send({ type: "observed", observation });
    },
    finish(work: Work, at = 10) {
      return this.send({ type: "finished", at, work });
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

const ready = (rules: Partial<SidecarRules> = {}) => machine(rules).finish("prepare");
const REQUEST = look(20, view(["ready", "upload"]));
const work = (name: Work): SidecarEffect => ({ type: "work", work: name });

test("a sidecar prepares, is ready, settles, uploads, says so and exits 0", () => {
  const m = machine();
  expect(m.effects).toEqual([work("prepare")]);
  m.finish("prepare").see(REQUEST).finish("settle").finish("upload");
  expect(m.effects).toEqual([
    work("prepare"),
    { type: "emit", marker: "ready" },
    work("settle"),
    work("upload"),
    { type: "emit", marker: "uploaded" },
    { type: "exit", code: 0 },
  ]);
});

test("with nothing to upload the answer follows at once after the data is at rest", () => {
  const m = ready({ hasDestination: false }).see(REQUEST).finish("settle");
  expect(m.effects.slice(-2)).toEqual([
    { type: "emit", marker: "uploaded" },
    { type: "exit", code: 0 },
  ]);
});

test("an application that failed releases the sidecar, which uploads nothing and exits 0", () => {
  const wrapper = status("app", "failed", { decision: "discard", applicationExitCode: 3 });
  const m = ready().see(look(20, view(["ready"]), wrapper));
  expect(m.effects.at(-1)).toEqual(work("abandon"));
  expect(m.exit).toBeUndefined();
  expect(m.finish("abandon").exit).toBe(0);
  expect(m.effects).not.toContainEqual(work("upload"));
});

test("a wrapper that failed ends the sidecar with 69 and its cause", () => {
  const failure = { phase: "running", cause: "x", exitCode: 69 } as const;
  const m = ready().see(look(20, view([]), status("app", "failed", { failure })));
  expect(m.finish("abandon").exit).toBe(69);
  expect(m.state.failure?.cause).toBe("the wrapper failed: x");
});

test("a wrapper that falls silent ends the sidecar, an old wrapper that never beat does not", () => {
  const wrapper = status("app", "running");
  const m = ready();
  for (const at of [10_000, 20_000, 30_000, 40_000]) m.see(look(at, view([]), wrapper));
  expect(m.state.phase).toBe("ready");
  m.see(look(50_000, view([]), wrapper));
  expect(m.finish("abandon").exit).toBe(69);
  const old = ready();
  for (let at = 0; at < 1_000_000; at += 10_000) old.see(look(at, view([])));
  expect(old.state.phase).toBe("ready");
});

test("a failed piece of work is said at once, before the work is abandoned", () => {
  const m = machine().send({ type: "work-failed", at: 5, work: "prepare", exitCode: 74, cause: "bad blob" });
  expect(m.state.phase).toBe("failed");
  expect(m.state.failure).toEqual({ phase: "preparing", cause: "bad blob", exitCode: 74 });
  expect(m.exit).toBeUndefined();
  expect(m.finish("abandon").exit).toBe(74);
});

test("a mount that dies while others are prepared, or later, is a failure; after it was released it is not", () => {
  const died: SidecarEvent = { type: "died", at: 9, exitCode: 71, cause: "gone" };
  expect(machine().send(died).state.phase).toBe("failed");
  expect(ready().send(died).state.phase).toBe("failed");
  expect(ready().see(REQUEST).send(died).state.phase).toBe("uploading");
});

test("an upload that has begun is finished even when the wrapper is lost", () => {
  const m = ready().see(REQUEST).finish("settle");
  m.see(look(30, view([]), status("app", "failed")));
  expect(m.finish("upload").exit).toBe(0);
});

test("letting go that does not end is given up at the end of the grace", () => {
  const m = ready().send({ type: "died", at: 100, exitCode: 71, cause: "gone" });
  expect(sidecarDeadline(m.state)).toBe(1100);
  expect(m.send({ type: "timer", at: 1100 }).exit).toBe(71);
});

test("SIGTERM while a living wrapper decides leaves it the grace", () => {
  const m = ready().see(look(20, view([]), status("app", "running")));
  m.send({ type: "signal", at: 100, signal: 15 });
  expect(m.state.phase).toBe("ready");
  m.send({ type: "timer", at: 1100 });
  expect(m.state.failure?.exitCode).toBe(143);
});

test("SIGTERM without a wrapper, or a second one, ends the sidecar at once", () => {
  const alone = ready().send({ type: "signal", at: 100, signal: 15 });
  expect(alone.finish("abandon").exit).toBe(143);
  const twice = ready().see(look(20, view([]), status("app", "running")));
  twice.send({ type: "signal", at: 100, signal: 15 }, { type: "signal", at: 101, signal: 15 });
  expect(twice.state.phase).toBe("failed");
});

test("SIGTERM during the upload lets it finish inside the grace", () => {
  const m = ready().see(REQUEST).finish("settle").send({ type: "signal", at: 100, signal: 15 });
  expect(m.finish("upload").exit).toBe(0);
});

test("a finished sidecar started again exits 0 and does nothing", () => {
  const m = machine({}, look(0, view(["ready", "upload", "uploaded"])), status("files", "done"));
  expect(m.effects).toEqual([{ type: "exit", code: 0 }]);
});

test("a finished sidecar that was started again and could not say so is finished all the same", () => {
  const failure = { phase: "done", cause: "cannot write", exitCode: 71 } as const;
  const m = machine({}, look(0, view([]), status("app", "done")), status("files", "failed", { failure }));
  expect(m.effects).toEqual([{ type: "exit", code: 0 }]);
});

test("a sidecar killed while uploading goes on with the upload", () => {
  const m = machine({}, REQUEST, status("files", "uploading"));
  expect(m.effects).toEqual([work("settle")]);
});

test("a sidecar killed while serving a mount under a running application fails, downloads go on", () => {
  const first = look(0, view(["ready"]), status("app", "running"));
  const m = machine({ toleratesRestart: false }, first, status("files", "ready"));
  expect(m.finish("abandon").exit).toBe(71);
  expect(m.state.failure?.cause).toContain("killed and started again while the application was using");
  expect(machine({}, first, status("files", "ready")).effects).toEqual([work("prepare")]);
});

const FAILED = status("app", "failed", {
  failure: { phase: "waiting", cause: "files sidecar failed while preparing: no store", exitCode: 69 },
});
const again = (wrapper = FAILED) =>
  machine({}, look(0, view([]), wrapper), status("files", "failed")).see(look(1, view([]), wrapper));

test("a sidecar started again waits for a wrapper that had failed before to be started again, too", () => {
  const m = again().finish("prepare");
  for (let at = 10_000; at <= 350_000; at += 10_000) m.see(look(at, view([]), { ...FAILED, beat: at }));
  expect(m.state.phase).toBe("ready");
  expect(sidecarDoing(m.state)).toContain("its wrapper failed before and is not started again yet");
  m.see(look(350_001, view([]), status("app", "waiting", { attempt: 2 })));
  m.see(look(400_000, view([]), status("app", "running", { attempt: 2 })));
  expect(m.state.phase).toBe("ready");
});

test("a wrapper that had failed before and does not come back is given up, with the cause of then", () => {
  const m = again();
  for (let at = 10_000; at <= 390_000; at += 10_000) m.see(look(at, view([]), FAILED));
  expect(m.finish("abandon").exit).toBe(69);
  expect(m.state.failure?.cause).toBe(
    "the wrapper has not come back within 6 min after it failed: files sidecar failed while preparing: no store",
  );
});

test("a wrapper that fails after the sidecar's start, or has decided about the output, is not waited for", () => {
  const twice = again().see(look(2, view([]), { ...FAILED, attempt: 2 }));
  expect(twice.state.phase).toBe("failed");
  expect(again({ ...FAILED, decision: "upload" }).state.phase).toBe("failed");
  const first = machine({}, look(0, view([]), FAILED)).see(look(1, view([]), FAILED));
  expect(first.state.phase).toBe("failed");
});

test("an application that runs before a sidecar was ever ready was started on an old marker", () => {
  const m = machine().see(look(1, view([]), status("app", "running")));
  expect(m.state.failure).toMatchObject({ phase: "preparing", exitCode: 78 });
  expect(m.state.failure?.cause).toContain("before this sidecar was ready");
});

test("a sidecar killed twice fails as well when the application runs without what it serves", () => {
  const before = status("files", "preparing", { attempt: 2 });
  const running = look(1, view([]), status("app", "running"));
  expect(machine({ toleratesRestart: false }, undefined, before).see(running).state.failure?.exitCode).toBe(
    71,
  );
  expect(machine({ toleratesRestart: true }, undefined, before).see(running).state.failure).toBeUndefined();
});

test("a marker does not speak for a wrapper that has a status", () => {
  const m = ready().see(look(20, view(["upload"]), status("app", "running")));
  expect(m.state.phase).toBe("ready");
  m.see(look(21, view([]), status("app", "uploading", { decision: "upload", request: "now" })));
  m.finish("settle").finish("upload");
  expect(m.state.request).toBe("now");
});

test("a wrapper whose status file is removed can still fall silent", () => {
  const m = ready().see(look(1, view([]), status("app", "running")));
  for (let at = 10_000; at <= 50_000; at += 10_000) m.see(look(at, view([])));
  expect(m.finish("abandon").exit).toBe(69);
});

test("a wrapper whose status was seen at the first look alone can still fall silent", () => {
  const m = machine({}, look(0, view([]), status("app", "waiting")));
  for (let at = 10_000; at <= 50_000; at += 10_000) m.see(look(at, view([])));
  expect(m.state.failure?.cause).toContain("no sign of life");
});

test("a sidecar that prepares again after an upload that was provoked serves something new", () => {
  const failure = { phase: "uploading", cause: "not asked", exitCode: 71 } as const;
  const before = status("files", "failed", { failure, serving: "before" });
  expect(machine({ toleratesRestart: false }, undefined, before).state.serving).toBe("this attempt");
  expect(machine({}, undefined, before).state.serving).toBe("before");
});

test("output made from what was served before a restart is not uploaded", () => {
  const wrapper = status("app", "uploading", { decision: "upload", served: { files: "before" } });
  const m = machine({ toleratesRestart: false }, undefined, status("files", "preparing")).finish("prepare");
  expect(m.state.serving).toBe("this attempt");
  expect(m.see(look(1, view([]), wrapper)).state.failure?.exitCode).toBe(71);
  const goesOn = machine({}, undefined, status("files", "preparing", { serving: "before" })).finish(
    "prepare",
  );
  expect(goesOn.see(look(1, view([]), wrapper)).state.phase).toBe("uploading");
});

const signal = (number: number, at = 100): SidecarEvent => ({ type: "signal", at, signal: number });
const timer = (at: number): SidecarEvent => ({ type: "timer", at });
const LIVING = look(20, view([]), status("app", "running"));
const CUT_OFF = status("files", "failed", {
  failure: { phase: "uploading", cause: "cut off", exitCode: 75 },
  serving: "before",
  request: "now",
});
const asking = (request: string, phase: "uploading" | "failed" = "uploading"): Observation =>
  look(0, view([]), status("app", phase, { decision: "upload", request }));

test("an upload that was cut off goes on, and answers the same request, whoever is there to hear it", () => {
  for (const previous of [{ ...CUT_OFF, phase: "uploading" } as const, CUT_OFF]) {
    const m = machine({ toleratesRestart: false }, asking("now"), previous);
    expect(m.effects).toEqual([work("settle")]);
    expect(m.state).toMatchObject({ serving: "before", request: "now" });
  }
  const alone = machine({}, look(0, view([])), { ...CUT_OFF, phase: "uploading" });
  expect(alone.effects).toEqual([work("settle")]);
});

test("an upload that failed is not repeated for another request, nor for a wrapper that has failed", () => {
  expect(machine({}, asking("other"), CUT_OFF).effects).toEqual([work("prepare")]);
  const m = machine({}, asking("now", "failed"), CUT_OFF);
  expect(m.effects).toEqual([work("abandon")]);
  expect(m.finish("abandon").exit).toBe(69);
});

test("a sidecar killed while serving asks in every way it can whether its application has run", () => {
  const begun = (first: Observation) => machine({ toleratesRestart: false }, first, status("files", "ready"));
  for (const phase of ["running", "stopping", "uploading"] as const) {
    expect(begun(look(0, view([]), status("app", phase))).state.failure?.exitCode).toBe(71);
  }
  expect(begun(look(0, view([]), status("app", "waiting"))).effects).toEqual([work("prepare")]);
  expect(begun(look(0, view([]))).state.failure?.exitCode).toBe(71);
  expect(begun(look(0, view(["upload"]))).effects).toEqual([work("prepare")]);
});

test("after the end nothing happens any more", () => {
  const done = ready().see(REQUEST).finish("settle").finish("upload");
  done.see(REQUEST).send(signal(15), timer(9999)).finish("abandon");
  expect(done.exit).toBe(0);
  const m = machine().send(signal(15)).finish("abandon").finish("abandon");
  expect(m.exit).toBe(143);
  expect(m.state.phase).toBe("failed");
});

test("the grace is not over before it is over", () => {
  const m = ready().see(LIVING).send(signal(15));
  expect(sidecarDeadline(m.state)).toBe(1100);
  expect(m.send(timer(1099)).state.phase).toBe("ready");
  m.send(timer(1100));
  expect(m.state.phase).toBe("failed");
  expect(m.send(timer(2099)).exit).toBeUndefined();
  expect(m.send(timer(2100)).exit).toBe(143);
});

test("silence is counted once, however often one looks", () => {
  const m = ready();
  for (let at = 1000; at <= 29_000; at += 1000) m.see({ ...LIVING, at });
  expect(m.state.phase).toBe("ready");
});

test("a damaged coordination directory ends the sidecar", () => {
  const m = ready().see({ at: 20, peers: {}, damage: { cause: "gone", exitCode: 78 } });
  expect(m.finish("abandon").exit).toBe(78);
});

test("an upload begun on a marker ends when a wrapper shows up that has not asked for it", () => {
  expect(ready().see(REQUEST).see(LIVING).state.failure?.cause).toContain("has not asked for the upload");
});

test("an application that is being stopped was started too early, too", () => {
  const m = machine().see(look(1, view([]), status("app", "stopping")));
  expect(m.state.failure?.exitCode).toBe(78);
});

test("the application's time does not run while the sidecar prepares", () => {
  const m = machine({ applicationTimeout: 1000 }).see(look(5000, view([])));
  expect(m.state.phase).toBe("preparing");
});

test("work that ends out of turn changes nothing", () => {
  expect(ready().see(REQUEST).finish("upload").state).toMatchObject({ phase: "uploading", work: "settle" });
  expect(machine().send(signal(15)).finish("prepare").exit).toBeUndefined();
});

test("an abandoned work that fails has ended as well", () => {
  const m = machine().send(signal(15));
  m.send({ type: "work-failed", at: 200, work: "abandon", exitCode: 71, cause: "busy" });
  expect(m.exit).toBe(143);
});

test("SIGUSR1 changes nothing; SIGINT, and SIGTERM while preparing, end the sidecar at once", () => {
  expect(ready().see(LIVING).send(signal(10)).state.phase).toBe("ready");
  expect(ready().see(LIVING).send(signal(2)).state.phase).toBe("failed");
  const preparing = machine().see(look(20, view([]), status("app", "waiting")));
  expect(preparing.send(signal(15)).state.phase).toBe("failed");
});
