/**
 * Draws the states of wrapper and sidecar from the machines themselves, by exploring them: writes `docs/states.md`, or with
 * `--check` says whether it has drifted.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explore } from "../test/model/explore.ts";
import { type Event, isWrapper, type Machine, type Parts, REAL } from "../test/model/machines.ts";
import type { Scenario } from "../test/model/world.ts";
import type { SidecarState } from "../src/core/sidecar.ts";
import type { WrapperState } from "../src/core/wrapper.ts";
import { signalName } from "../src/core/signals.ts";

const SCENARIOS: readonly Scenario[] = [
  {
    name: "any accident",
    sidecars: [{ live: true }],
    faults: 1,
    kinds: [
      "kill",
      "term",
      "work fails",
      "service dies",
      "write fails",
      "application fails",
      "application cannot start",
      "supervisor lost",
    ],
    restarts: 1,
  },
  { name: "nothing wanted", sidecars: [{}], upload: "never", faults: 0, kinds: [], restarts: 0 },
  { name: "a late SIGTERM", sidecars: [{ live: true }], faults: 2, kinds: ["term"], restarts: 0 },
  { name: "a marker alone", sidecars: [{}], faults: 2, kinds: ["tampering"], restarts: 0 },
  { name: "never ending", sidecars: [{}], applicationTimeout: 2, faults: 0, kinds: [], restarts: 0 },
];

const ARROWS = { wrapper: new Map<string, Set<string>>(), sidecar: new Map<string, Set<string>>() };

function draw(machine: keyof typeof ARROWS, from: string, to: string, why: string): void {
  if (from === to) return;
  const key = `${from} --> ${to}`;
  const reasons = ARROWS[machine].get(key) ?? new Set();
  ARROWS[machine].set(key, reasons.add(why));
}

function wrapperAt({ phase, application }: WrapperState): string {
  return phase === "waiting" && application === "starting" ? "starting" : phase;
}

function sidecarAt({ phase, work, leaving }: SidecarState): string {
  if (leaving !== undefined && work === "abandon") return phase === "failed" ? "failing" : "stopping";
  return phase === "uploading" ? (work === "settle" ? "settling" : "uploading") : phase;
}

function reason(event: Event, after: Machine): string {
  switch (event.type) {
    case "observed":
      if (event.observation.damage !== undefined) return "directory damaged";
      return isWrapper(after) ? seenByWrapper(after) : seenBySidecar(after);
    case "signal":
      return signalName(event.signal);
    case "timer":
      return "grace over";
    case "exited":
      return isWrapper(after) && after.decision === "upload"
        ? "application ended, output wanted"
        : "application ended";
    case "finished":
      return event.work === "prepare"
        ? "prepared"
        : event.work === "settle"
          ? "at rest"
          : event.work === "upload"
            ? "uploaded"
            : "let go";
    case "work-failed":
      return "work failed";
    case "died":
      return "mount or server died";
    case "started":
      return "started";
    case "not-started":
      return "cannot be started";
    case "lost":
      return "supervisor lost";
  }
}

function seenByWrapper(after: WrapperState): string {
  if (after.failure !== undefined) return "sidecar failed, silent or started again";
  return after.phase === "done" || after.phase === "failed" ? "all have answered" : "all are ready";
}

function seenBySidecar(after: SidecarState): string {
  if (after.phase === "uploading") return "upload asked for";
  if (after.failure === undefined) return "nothing wanted";
  if (after.failure.cause.startsWith("the application did not end")) return "application takes too long";
  return "wrapper failed, silent or not asking";
}

const drawing: Parts = {
  ...REAL,
  beginWrapper(rules, first, previous) {
    const begun = REAL.beginWrapper(rules, first, previous);
    draw("wrapper", "[*]", wrapperAt(begun.state), previous === undefined ? "started" : "started again");
    return begun;
  },
  stepWrapper(state, event) {
    const stepped = REAL.stepWrapper(state, event);
    draw("wrapper", wrapperAt(state), wrapperAt(stepped.state), reason(event, stepped.state));
    return stepped;
  },
  beginSidecar(rules, first, previous) {
    const begun = REAL.beginSidecar(rules, first, previous);
    draw("sidecar", "[*]", sidecarAt(begun.state), previous === undefined ? "started" : "started again");
    return begun;
  },
  stepSidecar(state, event) {
    const stepped = REAL.stepSidecar(state, event);
    draw("sidecar", sidecarAt(state), sidecarAt(stepped.state), reason(event, stepped.state));
    return stepped;
  },
};

function diagram(machine: keyof typeof ARROWS): string {
  const arrows = [...ARROWS[machine]]
    .map(([arrow, reasons]) => `    ${arrow}: ${[...reasons].toSorted().join("<br/>")}`)
    .toSorted();
  const ends = machine === "wrapper" ? ["done", "failed"] : ["done", "failed"];
  return ["```mermaid", "stateDiagram-v2", ...arrows, ...ends.map((end) => `    ${end} --> [*]`), "```"].join(
    "\n",
  );
}

for (const scenario of SCENARIOS) {
  const { violation } = explore(scenario, drawing);
  if (violation !== undefined) throw new Error(`"${scenario.name}": ${violation.what}`);
}

const text = `# States

Drawn by \`bun scripts/states.ts\` from \`src/core/wrapper.ts\` and \`src/core/sidecar.ts\`: every arrow was taken while
exploring them. Not drawn: a container can be killed in every state, and comes back by an arrow "started again".

## Wrapper

\`starting\` is told to the others as \`waiting\`; \`stopping\` waits for the application's end after SIGTERM.

${diagram("wrapper")}

## Sidecar

\`settling\` (what was served comes to rest) and \`uploading\` are told as \`uploading\`; \`failing\` (what was served is let go) is
told as \`failed\` at once, so that the others need not wait for it.

${diagram("sidecar")}
`;

const path = join(import.meta.dir, "../docs/states.md");
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error(`cannot accept ${path}: the machines have changed; run bun scripts/states.ts`);
  process.exitCode = 1;
}
