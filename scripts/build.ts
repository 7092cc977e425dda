/**
 * Builds the kit: `bun scripts/build.ts [--target x64|arm64] [--out DIR] [--commit ID]`.
 *
 * DIR (default `dist`) gets the launcher `datamon-sidecar`, its other names as links, and `lib/` with the
 * compiled Bun executable. The same commit gives the same bytes.
 */
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildBrain } from "./build/brain.ts";
import { buildLauncher } from "./build/launcher.ts";
import { commitOfTree } from "./build/commit.ts";
import { isTarget, TARGETS } from "./build/targets.ts";

const OTHER_NAMES = ["wrap_application.sh", "wrap_datamon.sh", "wrap_datamon_pg.sh", "sidecar_param"];

const root = join(import.meta.dir, "..");
const { values } = parseArgs({
  options: {
    target: { type: "string", default: process.arch },
    out: { type: "string", default: join(root, "dist") },
    commit: { type: "string" },
  },
});
if (!isTarget(values.target)) {
  throw new Error(`cannot build for "${values.target}": --target is one of ${TARGETS.join(", ")}`);
}

const lib = join(values.out, "lib");
await mkdir(lib, { recursive: true });
const commit = values.commit ?? commitOfTree(root);
await buildLauncher(root, values.target, join(values.out, "datamon-sidecar"));
await buildBrain(root, {
  target: values.target,
  entry: "src/main.ts",
  commit,
  out: join(lib, "datamon-sidecar.bun"),
});
for (const name of OTHER_NAMES) await link("datamon-sidecar", join(values.out, name));

/** Replaces `path` by a link at once, so that a build never leaves a moment without it. */
async function link(target: string, path: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}
