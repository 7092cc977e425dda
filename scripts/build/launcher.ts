import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";
import { type Target, TARGETS } from "./targets.ts";

/** Small and static: it is copied into images that hold nothing else. */
const FLAGS = [
  ["-std=c11", "-Os", "-s", "-static", "-nostdinc", "-nostdlib"],
  ["-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion", "-Werror"],
  ["-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables"],
  ["-Wl,--gc-sections", "-Wl,-z,noseparate-code", "-Wl,-z,norelro", "-Wl,--build-id=none"],
].flat();

/** Compiles `src/launcher` against the musl of `sysroot`. Errors name the Debian package that is missing. */
export async function buildLauncher(
  root: string,
  target: Target,
  sysroot: string,
  out: string,
): Promise<void> {
  const folder = join(root, "src/launcher");
  const sources = [...new Bun.Glob("*.c").scanSync(folder)].toSorted();
  const temporary = `${out}.new`;
  run(folder, [...muslCompiler(target, sysroot), ...sources, "-lc", "-lgcc", "-o", temporary]);
  await rename(temporary, out);
}

/** The command that compiles and links static programs: GCC with musl's folders in the place of its own. */
export function muslCompiler(target: Target, sysroot: string): string[] {
  const { machine } = TARGETS[target];
  const compiler = `${machine}-linux-gnu-gcc`;
  if (Bun.which(compiler) === null) {
    // Debian's names of packages have no underscore.
    const name = target === process.arch ? "musl-tools" : `gcc-${machine.replace("_", "-")}-linux-gnu`;
    throw new Error(`cannot build the launcher: ${compiler} is missing; install Debian's package ${name}`);
  }
  const musl = join(sysroot, `usr/lib/${machine}-linux-musl`);
  if (!existsSync(join(musl, "libc.a"))) {
    throw new Error(
      `cannot build the launcher: ${musl}/libc.a is missing; install Debian's package musl-tools`,
    );
  }
  const headers = join(sysroot, `usr/include/${machine}-linux-musl`);
  const start = ["crt1.o", "crti.o", "crtn.o"].map((name) => join(musl, name));
  return [compiler, ...FLAGS, "-isystem", headers, `-L${musl}`, ...start];
}
