import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";
import { type Target, TARGETS } from "./targets.ts";

/** The static musl for the launcher, and the C library that the brain runs on. */
const PACKAGES = ["musl-dev", "libc6"];

/**
 * The folder under which Debian's files for `target` lie: `/` for this machine's own processor, else a folder in
 * `node_modules` into which its packages are fetched once. Neither needs root nor changes dpkg's architectures.
 */
export async function sysrootFor(root: string, target: Target): Promise<string> {
  if (target === process.arch) return "/";
  const ready = join(root, "node_modules", `.debian-${target}`);
  if (existsSync(ready)) return ready;
  const work = `${ready}.new`;
  await rm(work, { recursive: true, force: true });
  for (const folder of ["lists/partial", "cache/archives/partial", "packages", "unpacked"]) {
    await mkdir(join(work, folder), { recursive: true });
  }
  const { debian } = TARGETS[target];
  const apt = [
    ["apt-get", "-qq", "-o", `APT::Architectures::=${debian}`, "-o", "APT::Sandbox::User="],
    ["-o", `Dir::State::lists=${work}/lists`, "-o", `Dir::Cache=${work}/cache`],
  ].flat();
  run(work, [...apt, "update"]);
  run(join(work, "packages"), [...apt, "download", ...PACKAGES.map((name) => `${name}:${debian}`)]);
  for (const file of await readdir(join(work, "packages"))) {
    run(work, ["dpkg", "--extract", join("packages", file), "unpacked"]);
  }
  await rename(join(work, "unpacked"), ready);
  await rm(work, { recursive: true });
  return ready;
}
