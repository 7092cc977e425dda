/**
 * Builds the kit: `bun scripts/build.ts [--target x64|arm64] [--out DIR] [--commit ID]`.
 *
 * DIR (default `dist`) gets the launcher `datamon-sidecar`, its other names as links, and `lib/` with the
 * compiled Bun executable and its loader. The same commit gives the same bytes.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commitOfTree } from "./build/commit.ts";
import { buildKit } from "./build/kit.ts";
import { isTarget, TARGETS } from "./build/targets.ts";

const root = join(import.meta.dir, "..");
const { values } = parseArgs({
  options: {
    target: { type: "string", default: process.arch },
    out: { type: "string", default: join(root, "dist") },
    commit: { type: "string", default: commitOfTree(root) },
  },
});
const { target, out, commit } = values;
try {
  if (!isTarget(target)) {
    throw new Error(`cannot build for "${target}": --target is one of ${Object.keys(TARGETS).join(", ")}`);
  }
  await buildKit(root, { target, entry: "src/main.ts", commit, out });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
