/** What was explored, in words for people. */
import type { Exploration, Violation } from "./explore.ts";
import { isWrapper, type Parts } from "./machines.ts";
import { Model } from "./model.ts";
import type { Application, Process, Scenario, StatusFile, World } from "./world.ts";

/**
 * A counterexample as a numbered list of its steps, ready to be taken by `replay`, and how everybody is at its end. What need not
 * happen is marked: accidents, and what is done about them from outside.
 */
export function violationInWords(scenario: Scenario, { what, steps }: Violation, parts?: Parts): string {
  const model = new Model(scenario, parts);
  const lines = [`promise ${what}`];
  let world = model.first();
  for (let at = 0; at < steps.length;) {
    const label = steps[at] ?? "";
    let end = at;
    let fair = true;
    for (; end < steps.length && steps[end] === label; end++) {
      const move = model.moves(world).find((candidate) => candidate.label === label);
      if (move === undefined) throw new Error(`cannot take step ${end + 1}, "${label}"`);
      ({ next: world, fair } = move);
    }
    const numbers = end - at === 1 ? String(end) : `${at + 1}–${end}`;
    lines.push(`${numbers.padStart(7)}. ${fair ? " " : "!"} ${label}`);
    at = end;
  }
  lines.push("  in the end:", ...people(model, world).map((line) => `    ${line}`));
  return lines.join("\n");
}

function people(model: Model, { wrapper, file, application, places }: World): string[] {
  return [
    person(model, "wrapper", wrapper, file),
    `application: ${doingOf(application)}`,
    ...places.map(({ process, file: said, ledger }, index) => {
      const torn = ledger.torn ? ", torn" : "";
      const lost = ledger.missed ? "; the application lost what it served" : "";
      return `${person(model, model.nameOf(index), process, said)}; bundle: ${ledger.bundle}${torn}${lost}`;
    }),
  ];
}

function doingOf({ state, run, code }: Application): string {
  if (run === 0) return "never started";
  const doing = {
    none: "gone with its wrapper",
    asked: "about to start",
    running: "running",
    exited: `ended with ${code}, which nobody knows yet`,
    heard: `ended with ${code}`,
  };
  return `start ${run}: ${doing[state]}`;
}

function person(model: Model, name: string, process: Process, { status, run }: StatusFile): string {
  const said = status === undefined || run !== process.run ? "nothing" : status.phase;
  return `${name}: ${lifeOf(model, process)}; has said: ${said}`;
}

function lifeOf(model: Model, process: Process): string {
  const { life, code, frozen, old } = process;
  if (life === "exited") return `exited ${code}`;
  if (life !== "live") return life === "dead" ? "killed" : "not started";
  const machine = old === "" ? model.machineOf(process) : undefined;
  const work =
    machine === undefined || isWrapper(machine) || machine.work === "none" ? "" : ` (${machine.work})`;
  return `${frozen ? "stopped while " : ""}${machine?.phase ?? old}${work}`;
}

/** Adds up what was explored. */
export class Figures {
  #scenarios = 0;
  #worlds = 0;
  #transitions = 0;
  #unfinished = 0;
  #caught = 0;
  #seeded = 0;
  #histories = 0;
  #violations = 0;
  readonly #began = performance.now();

  static readonly HEAD = `${"scenario".padEnd(58)} ${"worlds".padStart(10)} ${"transitions".padStart(11)} seconds`;

  get violations(): number {
    return this.#violations;
  }

  /** Returns the line of a table under `HEAD`, and the violation if there was one. */
  scenario({ name }: Scenario, { worlds, transitions, seconds, complete, violation }: Exploration): string {
    this.#scenarios += 1;
    this.#worlds += worlds;
    this.#transitions += transitions;
    if (violation !== undefined) this.#violations += 1;
    if (!complete && violation === undefined) this.#unfinished += 1;
    const figures = [
      String(worlds).padStart(10),
      String(transitions).padStart(11),
      seconds.toFixed(1).padStart(7),
    ];
    return `${name.padEnd(58)} ${figures.join(" ")}${complete ? "" : " (not to the end)"}`;
  }

  /** A seeded fault that is not caught counts as a violation. */
  seeded(name: string, violation: Violation | undefined): string {
    this.#seeded += 1;
    if (violation === undefined) {
      this.#violations += 1;
      return `MISSED  ${name}`;
    }
    this.#caught += 1;
    return `caught  ${name}\n        ${violation.what} (after ${violation.steps.length} steps)`;
  }

  histories(walked: number, violations = 0): void {
    this.#histories += walked;
    this.#violations += violations;
  }

  summary(): string {
    const unfinished = this.#unfinished > 0 ? ` (${this.#unfinished} not to the end)` : "";
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    return [
      `${this.#worlds} worlds, ${this.#transitions} transitions in ${this.#scenarios} scenarios${unfinished}`,
      `${this.#caught} of ${this.#seeded} seeded faults caught`,
      `${this.#histories} long histories`,
      `${this.#violations} violations`,
      `${seconds} s`,
    ].join("; ");
  }
}
