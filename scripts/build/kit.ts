import { copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { buildBrain } from "./brain.ts";
import { buildLauncher } from "./launcher.ts";
import { copyLoader } from "./loader.ts";
import { sysrootFor } from "./sysroot.ts";
import type { KitBuild } from "./targets.ts";

const LAUNCHER = "datamon-sidecar";
const OTHER_NAMES = ["wrap_application.sh", "wrap_datamon.sh", "wrap_datamon_pg.sh", "sidecar_param"];

/** Builds the launcher with its names, and in `lib` what it starts. Nothing begins with a dot: `cp -a kit/*` takes all. */
export async function buildKit(root: string, { target, entry, commit, out }: KitBuild): Promise<void> {
  const lib = join(out, "lib");
  await mkdir(lib, { recursive: true });
  const sysroot = await sysrootFor(root, target);
  await buildLauncher(root, target, sysroot, join(out, LAUNCHER));
  await copyLoader(target, sysroot, lib);
  await buildBrain(root, { target, entry, commit, out: join(lib, `${LAUNCHER}.bun`) });
  await copyFile(join(import.meta.dir, "NOTICE"), join(lib, "NOTICE"));
  for (const name of OTHER_NAMES) await link(LAUNCHER, join(out, name));
}

/** Replaces `path` by a link at once, so that a build never leaves a moment without it. */
async function link(target: string, path: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}
