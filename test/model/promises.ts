/**
 * The promises, judged from outside by an observer who knows everything. Each verdict begins with the number of the
 * promise that is broken; 5 is judged by the scenarios in which something was left behind or tampered with.
 */
import type { Machine, Parts } from "./machines.ts";
import { isWrapper } from "./machines.ts";
import { DEADLINE, type Place, type Process, type Scenario, type World } from "./world.ts";

const APP = -1;

/** An upload is begun now. */
export function judgeUpload(scenario: Scenario, world: World, who: number, parts: Parts): string | undefined {
  const { ledger } = place(world, who);
  const { application } = world;
  if (application.state === "running" || application.state === "asked") {
    return "3: an upload begins while the application runs";
  }
  const ok = scenario.upload === "always" || (scenario.upload !== "never" && application.code === 0);
  if (application.state !== "heard" && !(application.state === "none" && application.run > 0)) {
    return "3: an upload begins before anybody knows how the application ended";
  }
  if (!ok) return "3: output is uploaded that nobody wants";
  // An old participant cannot tell what it used, and cannot be told.
  const isOld = scenario.oldWrapper === true || scenario.sidecars[who]?.old === true;
  if (ledger.missed && !isOld)
    return "3: output is uploaded of an application that had lost what it was served";
  if (ledger.begun > 0) return "3: the same output is uploaded twice by one process";
  if (ledger.bundle === "partial" && !parts.reserves)
    return "3: an upload that was cut off begins anew under another id";
  return undefined;
}

/** A label has just been set. */
export function judgeLabel(world: World, who: number): string | undefined {
  const { ledger } = place(world, who);
  if (ledger.torn && !ledger.forced) return "3: a label points at output that the application was writing";
  return undefined;
}

/** A participant exits. */
export function judgeExit(
  scenario: Scenario,
  world: World,
  who: number,
  code: number,
  machine: Machine,
): string | undefined {
  const isOld = who === APP ? scenario.oldWrapper === true : scenario.sidecars[who]?.old === true;
  if (isOld) return undefined;
  if (scenario.backOff !== undefined && who === APP && code !== 0 && world.budget.restarts === 0) {
    return "4: the run does not complete although everybody was started again in time and the cause was gone";
  }
  if (code !== 0) {
    const same = isWrapper(machine) && machine.applicationExitCode === code;
    if (!same && (machine.failure === undefined || machine.failure.cause === "")) {
      return `4: ${who === APP ? "the wrapper" : "a sidecar"} fails with ${code} without saying why`;
    }
    return undefined;
  }
  if (who !== APP) {
    const { ledger, markers } = place(world, who);
    const silent =
      scenario.oldWrapper === true && ledger.bundle === "labelled" && markers.uploaded === "none";
    return silent ? "4: a sidecar exits 0 and has not told its old wrapper of the upload" : undefined;
  }
  const { application } = world;
  if (application.run === 0 || application.code !== 0)
    return "1: the wrapper exits 0 without the application's success";
  if (application.state !== "heard" && application.state !== "none")
    return "1: the wrapper exits 0 while the application runs";
  if (scenario.upload === "never") return undefined;
  for (const [index, plan] of scenario.sidecars.entries()) {
    const { ledger } = place(world, index);
    if (plan.old !== true && ledger.missed)
      return "1: the wrapper exits 0 although the application lost what it was served";
    if (plan.source === true) continue;
    if (ledger.bundle !== "labelled") return "1: the wrapper exits 0 without an uploaded output";
    if (ledger.of !== application.run)
      return "1: the wrapper exits 0 with the output of another run of the application";
  }
  return undefined;
}

type MachineOf = (process: Process) => Machine;

/** Judges a world as it stands: has somebody outlived a failure by more than the documented deadline? */
export function judgeWorld(scenario: Scenario, world: World, machineOf: MachineOf): string | undefined {
  if ((world.budget.since ?? 0) <= DEADLINE) return undefined;
  // Of an old participant nothing is known: waiting for one is bounded by other settings.
  if (scenario.oldWrapper === true || scenario.sidecars.some(({ old }) => old === true)) return undefined;
  if (scenario.applicationTimeout !== undefined) return undefined;
  const { application, wrapper } = world;
  const acts = wrapper.todo.length > 0 || application.state === "exited" || application.killed;
  if (scenario.leftovers !== undefined && believesOldMarker(wrapper, machineOf)) return undefined;
  if (wrapper.life === "live" && !wrapper.frozen && !acts) {
    return "2: the wrapper outlives the failure of another by more than the deadline";
  }
  for (const { process } of world.places) {
    if (process.life !== "live" || process.frozen || process.todo.length > 0) continue;
    if (isBounded(machineOf(process)) || isWaitingForUnknown(scenario, world, process, machineOf)) continue;
    return "2: a sidecar outlives the failure of another by more than the deadline";
  }
  return undefined;
}

/** Who left a marker in a used directory is taken for an old participant, of which nothing more is ever heard. */
function believesOldMarker(wrapper: Process, machineOf: MachineOf): boolean {
  if (wrapper.life !== "live") return false;
  const machine = machineOf(wrapper);
  return (
    isWrapper(machine) &&
    machine.application !== "none" &&
    Object.values(machine.peers).some(({ view }) => view.status === undefined)
  );
}

/** An upload that has begun is finished, however long it takes; who is leaving has a deadline of its own. */
function isBounded(machine: Machine): boolean {
  return machine.phase === "uploading" || (!isWrapper(machine) && machine.leaving !== undefined);
}

/** Nobody who could still end is left: what every history must be able to reach without luck. */
export function isOver(scenario: Scenario, world: World, machineOf: MachineOf): boolean {
  const startsAgain = scenario.backOff !== undefined && world.budget.restarts > 0;
  const over = ({ life, code, frozen }: Process): boolean =>
    frozen || (life !== "live" && life !== "absent" && !(startsAgain && code !== 0));
  return (
    (over(world.wrapper) || scenario.oldWrapper === true) &&
    world.places.every(
      ({ process }, index) =>
        over(process) ||
        scenario.sidecars[index]?.old === true ||
        isWaitingForUnknown(scenario, world, process, machineOf),
    )
  );
}

/**
 * A wrapper that is gone before it was ever seen cannot be told from an old one, whose application may run for days: without an
 * `applicationTimeout` its sidecars wait.
 */
function isWaitingForUnknown(
  scenario: Scenario,
  world: World,
  process: Process,
  machineOf: MachineOf,
): boolean {
  if (scenario.applicationTimeout !== undefined || process.life !== "live") return false;
  if (world.wrapper.life === "live" && !world.wrapper.frozen) return false;
  const machine = machineOf(process);
  const written = world.file.status !== undefined && world.file.run === process.run;
  return !written && !isWrapper(machine) && machine.wrapperStatus === undefined;
}

function place(world: World, index: number): Place {
  const found = world.places[index];
  if (found === undefined) throw new Error(`no sidecar ${index}`);
  return found;
}
