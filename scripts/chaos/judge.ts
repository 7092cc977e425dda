/** Judges a life that is over by the promises, from outside: nothing here asks the program. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Container } from "../../test/support/container.ts";
import type { Pod } from "../../test/support/pod.ts";
import { sidecarOf } from "./containers.ts";
import { databaseState } from "./database.ts";
import { type FaultKind, FAULTS } from "./faults/index.ts";
import type { Plan, Target } from "./plan.ts";
import { type Inspection, inspect } from "./store.ts";
import { folderOf } from "./volumes.ts";

/** One container from its start to its end. */
export interface Life {
  readonly target: Target;
  readonly container: Container;
  /** It was killed, or something in it that could have spoken and tidied up. */
  killed: boolean;
  code: number;
}

export interface Evidence {
  readonly plan: Plan;
  readonly pod: Pod;
  readonly lives: readonly Life[];
  /** Whether everybody ended by himself. */
  readonly inTime: boolean;
  /** Bundles that were there before. */
  readonly given: readonly string[];
}

/** Here nothing can be removed. */
const BROKEN_COORD = ["coordination volume: EIO", "coordination volume: EIO for a moment"] as const;
/** Loses what the application wrote without a word to it: shells do not hear of an error at close(2). */
const LOSSY = "output volume: EIO";

/** Which promises were broken, each with its number. */
export function judge(evidence: Evidence): string[] {
  const { plan, pod, given } = evidence;
  // What came in damaged is not our doing.
  const damaged = has(plan, "store: corrupted blob") ? given : [];
  const store = inspect(pod.store.folder, pod.store.repo, damaged);
  return [
    ...store.faults.map((fault) => `3: ${fault}`),
    ...judgeOutput(evidence, store),
    ...judgeSuccess(evidence, store),
    ...judgeInput(evidence),
    ...judgeUnnoticed(evidence),
    ...judgeWords(evidence),
    ...judgeLeftovers(evidence),
  ];
}

function has({ faults }: Plan, ...kinds: readonly FaultKind[]): boolean {
  return faults.some(({ kind }) => kinds.includes(kind));
}

function any({ faults }: Plan, property: "forgets" | "pretends"): boolean {
  return faults.some(({ kind }) => FAULTS[kind][property] === true);
}

function livesOf({ lives }: Evidence, target: Target): Life[] {
  return lives.filter((life) => life.target === target);
}

function codesOf(evidence: Evidence, target: Target): number[] {
  return livesOf(evidence, target).map(({ code }) => code);
}

function succeeded(evidence: Evidence): boolean {
  return codesOf(evidence, "wrapper").includes(0);
}

function* judgeOutput(evidence: Evidence, { bundles, labels }: Inspection): Generator<string> {
  const { plan, given } = evidence;
  const made = Object.keys(bundles).filter((id) => !given.includes(id));
  // The datamon command cannot be told an id: killed between bundle and label it begins anew.
  const beginsAnew = plan.mode === "mount" && codesOf(evidence, "sidecar").length > 1;
  if (made.length > 1 && !beginsAnew && !any(plan, "forgets"))
    yield `3: ${made.length} bundles were made of one output`;
  const result = bundles[labels["result"] ?? ""];
  if (result === undefined) return;
  if (plan.mode === "postgres") {
    const state = databaseState(result);
    if (state !== "shut down") yield `3: the label points at a database that is ${state}`;
    return;
  }
  if (plan.upload === "never" && plan.old !== "wrapper" && !any(plan, "pretends"))
    yield "3: output was uploaded that nobody wanted";
  // An old wrapper asks for the upload whoever died; nothing tells it that its input had been lost.
  if (plan.old === "wrapper" || any(plan, "pretends") || has(plan, LOSSY)) return;
  const { a, b, complete } = result;
  if (plan.upload !== "always" && (complete === undefined || a !== complete || b !== complete))
    yield `3: the label points at output that was being written: ${JSON.stringify({ a, b, complete })}`;
}

function* judgeSuccess(evidence: Evidence, { bundles, labels }: Inspection): Generator<string> {
  const { plan, pod } = evidence;
  if (!succeeded(evidence) || plan.old === "wrapper") return;
  const ended = text(pod, "ended");
  if (plan.exitCode !== 0 || ended === undefined)
    yield "1: the wrapper exited 0 without the application's success";
  // What an old sidecar did with the output nobody can know.
  if (plan.old === "sidecar") return;
  const result = bundles[labels["result"] ?? ""];
  if (plan.upload !== "never" && result === undefined)
    yield "1: the wrapper exited 0 without a labelled bundle";
  const isComparable = plan.mode !== "postgres" && !has(plan, LOSSY);
  if (plan.upload !== "never" && isComparable && result?.["complete"] !== ended)
    yield "1: the wrapper exited 0 with other output than the last";
  // A new database has no input.
  if (has(plan, "store: corrupted blob") && (plan.mode !== "postgres" || plan.restored))
    yield "1: the wrapper exited 0 although the input was damaged";
}

function* judgeInput(evidence: Evidence): Generator<string> {
  const { plan } = evidence;
  // A mount or a server may go away under the application; so may a disk, or a whole input that was only pretended to be there.
  if (plan.old !== "none" || plan.mode !== "download" || any(plan, "pretends")) return;
  if (has(plan, "input volume: EIO")) return;
  if (codesOf(evidence, "wrapper").includes(9)) yield "1: the application ran without its whole input";
}

function* judgeUnnoticed(evidence: Evidence): Generator<string> {
  const { plan } = evidence;
  if (plan.old !== "none" || !plan.faults.every(({ kind }) => FAULTS[kind].unnoticed === true)) return;
  const [last] = codesOf(evidence, "wrapper").slice(-1);
  if (last !== plan.exitCode) yield `4: nothing went wrong, and the wrapper exited ${last}`;
  if (codesOf(evidence, "sidecar").some((code) => code !== 0) && plan.exitCode === 0)
    yield "4: nothing went wrong, and the sidecar failed";
}

function* judgeWords(evidence: Evidence): Generator<string> {
  const { plan, pod, inTime } = evidence;
  for (const target of ["wrapper", "sidecar"] as const) {
    const life = livesOf(evidence, target).at(-1);
    if (target === plan.old || !inTime || life === undefined) continue;
    const { code, killed } = life;
    const message = pod.terminationMessage(target === "wrapper" ? "app" : "files");
    // Nobody speaks who was killed, or asked to end by a signal that came before it could listen.
    const mute = killed || code === 0 || code === 137 || code === 143;
    if (!mute && message === "") yield `4: the ${target} exited ${code} without saying why`;
  }
  yield* judgeDiskErrors(evidence);
}

/** When nothing but a disk failed, somebody must say so, and where. */
function* judgeDiskErrors(evidence: Evidence): Generator<string> {
  const { plan, pod, lives } = evidence;
  const [only, ...more] = plan.faults;
  const volume = only === undefined ? undefined : FAULTS[only.kind].volume;
  if (plan.old !== "none" || plan.exitCode !== 0 || more.length > 0 || volume === undefined) return;
  // What `datamon` meets behind a mount it tells in its own words.
  if (!only?.kind.includes("EIO") || (plan.mode === "mount" && volume.name === "input")) return;
  // The application met the error itself.
  const ofApplication = [7, 8, 9];
  const codes = lives.map(({ code }) => code);
  if (codes.every((code) => code === 0) || codes.some((code) => ofApplication.includes(code))) return;
  const words = lives.flatMap(({ container }) => container.errors).join("\n");
  // On a busy machine the short deadlines of these runs may be what came first.
  if (words.includes("was not ready within")) return;
  const isSaid = /\bEIO\b|input\/output error/i.test(words);
  const isPlaced = words.includes(folderOf(volume.name, plan, pod)) || /bundle "(in|out)"/.test(words);
  if (!isSaid || !isPlaced) yield `4: the error of the disk is not told: ${words}`;
}

function* judgeLeftovers(evidence: Evidence): Generator<string> {
  const { plan, pod, inTime } = evidence;
  // Who was ended by us had no chance; what is on a volume that cannot be written to cannot be removed.
  if (!inTime) return;
  const wasKilled = (target: Target): boolean =>
    livesOf(evidence, target).at(-1)?.killed === true || livesOf(evidence, target).at(-1)?.code === 137;
  const folder = pod.path("coord", ".status");
  const isWritable = !has(plan, "coordination volume: read-only", ...BROKEN_COORD);
  const names = existsSync(folder) && isWritable ? readdirSync(folder) : [];
  const participants = { app: "wrapper", [sidecarOf(plan).participant]: "sidecar" } as const;
  for (const [participant, target] of Object.entries(participants)) {
    const temporary = names.filter((name) => name.startsWith(`${participant}.tmp`));
    if (temporary.length > 0 && !wasKilled(target))
      yield `4: temporary files were left behind: ${temporary.join(", ")}`;
  }
  const isMounted = pod.mounts().some((path) => path === pod.path("in") && plan.mode === "mount");
  if (isMounted && !wasKilled("sidecar")) yield "4: a mount was left behind";
}

function text(pod: Pod, name: string): string | undefined {
  return existsSync(pod.path(name)) ? readFileSync(pod.path(name), "utf8") : undefined;
}
