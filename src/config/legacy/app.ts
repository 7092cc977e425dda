import { readShellOptions } from "../../core/getopts.ts";
import { appOutcome } from "../app.ts";
import { gather } from "../gather.ts";
import { gathering } from "../layers/layer.ts";
import type { Gathering, Layer } from "../layers/layer.ts";
import { LegacyUsageError } from "../problems.ts";
import type { Problem } from "../problems.ts";
import { resolve } from "../resolve.ts";
import { peerOfDatabase } from "../schema/app.ts";
import { ROLES } from "../schema/roles.ts";
import type { AppSettings, Inputs, Parsed } from "../settings.ts";
import { optionMistakes } from "./option-mistakes.ts";

const OPTIONS = "sc:b:d:";
const USAGE = 'wrap_application.sh [-s] -c DIR -b fuse|postgres [-d "DB DB …"] [--] COMMAND ARG…';
const SLEEP_AFTER = "600s";

const MISSING: Readonly<Record<string, Partial<Problem>>> = {
  coordPoint: { key: "coordination point", cause: "not set", remedy: "give -c DIR" },
  waitFor: { key: "kind of sidecar", cause: "not set", remedy: "give -b fuse or -b postgres" },
  command: { key: "command", cause: "not set", remedy: USAGE },
};

/**
 * Settings of the wrapper from the arguments of `wrap_application.sh`, read as `getopts` did; variables
 * `SIDECAR_…` fill in the rest. Errors: LegacyUsageError, whose exit code is 1.
 */
export function parseLegacyAppArguments(inputs: Inputs): Parsed<AppSettings> {
  const merged = gather(ROLES.app, inputs, { flags: optionsLayer(inputs.argv), strict: false });
  const resolved = resolve(ROLES.app, merged, (key) => MISSING[key]);
  return appOutcome(resolved, LegacyUsageError);
}

function optionsLayer(argv: readonly string[]): Layer {
  const layer = gathering();
  const { options, operands, mistakes } = readShellOptions(OPTIONS, argv);
  layer.problems.push(...optionMistakes(mistakes, USAGE));
  const kinds: string[] = [];
  let databases: string[] = [];
  for (const { letter, argument = "" } of options) {
    if (letter === "s") layer.givens.push({ key: "sleepAfter", value: SLEEP_AFTER, source: "-s" });
    if (letter === "c" && argument !== "")
      layer.givens.push({ key: "coordPoint", value: argument, source: "-c" });
    if (letter === "b") kinds.push(argument);
    if (letter === "d") databases = argument.split(" ").filter((name) => name !== "");
  }
  peersGiven(layer, kinds, databases);
  if (operands.length > 0) layer.givens.push({ key: "command", value: operands, source: "command line" });
  return layer;
}

function peersGiven(layer: Gathering, kinds: readonly string[], databases: readonly string[]): void {
  for (const kind of kinds) {
    if (kind === "fuse" || kind === "postgres") continue;
    const problem = { key: "kind of sidecar", value: kind, source: "-b", usage: true } as const;
    layer.problems.push({ ...problem, cause: "is unknown", remedy: "give -b fuse or -b postgres" });
  }
  const postgres = kinds.includes("postgres");
  if (postgres && databases.length === 0) {
    const remedy = 'give -d "DB DB …" with -b postgres';
    layer.problems.push({ key: "databases", cause: "not set", remedy, usage: true });
  }
  if (!postgres && databases.length > 0) {
    layer.warnings.push("-d has no effect without -b postgres");
  }
  if (kinds.length === 0) return;
  const peers = [
    ...(kinds.includes("fuse") ? ["files"] : []),
    ...(postgres ? databases.map(peerOfDatabase) : []),
  ];
  const source = postgres ? "-d" : "-b";
  if (peers.length > 0) layer.givens.push({ key: "waitFor", value: peers, source });
  else if (layer.problems.length > 0) layer.givens.push({ key: "waitFor", value: ["files"], source });
}
