import { copyFile, rename } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./targets.ts";

/** Where Debian keeps the C library, at home and (package libc6-arm64-cross, libc6-amd64-cross) for the other. */
const LIBRARIES: Record<Target, { readonly loader: string; readonly folders: readonly string[] }> = {
  x64: {
    loader: "ld-linux-x86-64.so.2",
    folders: ["/lib/x86_64-linux-gnu", "/usr/x86_64-linux-gnu/lib"],
  },
  arm64: {
    loader: "ld-linux-aarch64.so.1",
    folders: ["/lib/aarch64-linux-gnu", "/usr/aarch64-linux-gnu/lib"],
  },
};

/** What the compiled executable is linked to; `ldd` of it shows the same. */
const NEEDED = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"];

/**
 * Puts Debian's loader (as `ld.so`, whatever the processor) and C library into the kit, so that the brain runs
 * in images with another C library, an older one, or none.
 */
export async function copyLoader(target: Target, lib: string): Promise<void> {
  const { loader, folders } = LIBRARIES[target];
  const folder = folders.find((each) => existsSync(join(each, loader)));
  if (folder === undefined) {
    throw new Error(
      `cannot find ${loader} in ${folders.join(" or ")}: build on Debian, with the package libc6-${target === "x64" ? "amd64" : target}-cross for another processor`,
    );
  }
  const copies = [[loader, "ld.so"], ...NEEDED.map((name) => [name, name])] as [string, string][];
  for (const [from, to] of copies) {
    await copyFile(join(folder, from), join(lib, `${to}.new`));
    await rename(join(lib, `${to}.new`), join(lib, to));
  }
}
