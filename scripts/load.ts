/**
 * Figures under load: `bun scripts/load.ts [--hours N] [--gigabytes N] [--orphans N] [--kit DIR]`. Prints one line for each; fails when
 * memory or descriptors do not stay flat.
 */
import { parseArgs } from "node:util";
import { compiledKit } from "../test/support/kit.ts";
import { crowd, foreignFiles, type Figure } from "./load/directory.ts";
import { orphans, streams } from "./load/processes.ts";
import { waiting } from "./load/waiting.ts";

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "72" },
    participants: { type: "string", default: "200" },
    files: { type: "string", default: "100000" },
    gigabytes: { type: "string", default: "10" },
    orphans: { type: "string", default: "10000" },
  },
});

const loads: readonly (() => Promise<Figure>)[] = [
  () => crowd(Number(values.participants)),
  () => foreignFiles(Number(values.files)),
  () => waiting(Number(values.hours)),
  async () => streams(await compiledKit(), Number(values.gigabytes)),
  async () => orphans(await compiledKit(), Number(values.orphans)),
];
for (const load of loads) {
  const { name, figures, flat } = await load();
  console.log(`${flat ? "flat" : "NOT FLAT"}  ${name}: ${figures}`);
  if (!flat) process.exitCode = 1;
}
