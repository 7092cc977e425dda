import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type Target, TARGETS } from "./targets.ts";

/** What the compiled executable is linked to; `ldd` of it shows the same. */
const NEEDED = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"];

/**
 * Puts the loader (as `ld.so`, whatever the processor) and C library of the Debian at `sysroot` into the kit, so
 * that the brain runs in images with another C library, an older one, or none.
 */
export async function copyLoader(target: Target, sysroot: string, lib: string): Promise<void> {
  const { machine, loader } = TARGETS[target];
  const folder = join(sysroot, `lib/${machine}-linux-gnu`);
  const copy = async (from: string, to: string): Promise<void> => {
    await copyFile(join(folder, from), join(lib, `${to}.new`));
    await rename(join(lib, `${to}.new`), join(lib, to));
  };
  await copy(loader, "ld.so");
  for (const name of NEEDED) await copy(name, name);
}
