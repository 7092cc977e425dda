/** Prints what is in a kit, as CycloneDX: `bun scripts/bill-of-materials.ts --target x64|arm64 --kit DIR`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { billOfMaterials } from "./build/bill-of-materials.ts";
import { commitOfTree, timeOfTree } from "./build/commit.ts";
import { isTarget } from "./build/targets.ts";

const root = join(import.meta.dir, "..");
const { values } = parseArgs({
  options: {
    target: { type: "string", default: process.arch },
    kit: { type: "string", default: join(root, "dist") },
  },
});
const { target, kit } = values;
if (!isTarget(target)) {
  console.error(`cannot list what is in a kit for "${target}"`);
  process.exit(64);
}
const bill = await billOfMaterials(root, {
  target,
  kit,
  commit: commitOfTree(root),
  time: timeOfTree(root),
});
console.log(bill.trimEnd());
