import { rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";
import type { Target } from "./targets.ts";

/** Small and static: it is copied into images that hold nothing else. */
const FLAGS = [
  ["-std=c11", "-Os", "-s", "-static"],
  ["-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion", "-Werror"],
  ["-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables"],
  ["-Wl,--gc-sections", "-Wl,-z,noseparate-code", "-Wl,--build-id=none"],
].flat();

/** Compiles `src/launcher` against musl. Errors name the Debian package that is missing. */
export async function buildLauncher(root: string, target: Target, out: string): Promise<void> {
  const compiler = compilerFor(target);
  const sources = [...new Bun.Glob("*.c").scanSync(join(root, "src/launcher"))].toSorted();
  const temporary = `${out}.new`;
  run(join(root, "src/launcher"), [compiler, ...FLAGS, "-o", temporary, ...sources]);
  await rename(temporary, out);
}

function compilerFor(target: Target): string {
  if (target !== process.arch) {
    throw new Error(
      `cannot build the launcher for ${target} on ${process.arch}: build it on a ${target} machine`,
    );
  }
  const compiler = Bun.which("musl-gcc");
  if (compiler === null) {
    throw new Error("cannot build the launcher: musl-gcc is missing; install Debian's package musl-tools");
  }
  return compiler;
}
