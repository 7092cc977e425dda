import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { KnownError } from "../../../core/errors.ts";
import { showName } from "../../../core/storage/names.ts";
import { isAstray } from "../astray.ts";

const SHOWN = 50;

/** Refuses a folder with links to files elsewhere, all of which the command would follow. Errors: `transfer`. */
export async function refuseStrayLinks(folder: string, roots: readonly string[]): Promise<void> {
  const stray: string[] = [];
  for await (const [path, real] of fileLinksBelow(folder)) {
    if (!isAstray(real, roots)) continue;
    stray.push(`${showName(relative(folder, path))} (a symbolic link to ${showName(real)})`);
    if (stray.length === SHOWN) break;
  }
  if (stray.length === 0) return;
  const what = `it leads outside of what is declared: ${stray.join(", ")}`;
  throw new KnownError("transfer", `cannot upload ${showName(folder)}: ${what}`, {
    remedy: "copy these files into the folder, or declare the folder they are in",
  });
}

/** Symbolic links to files, and where they lead in the end. */
async function* fileLinksBelow(folder: string): AsyncGenerator<readonly [string, string]> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* fileLinksBelow(path);
    if (!entry.isSymbolicLink()) continue;
    const real = await realpath(path).catch(() => undefined);
    const target = real === undefined ? undefined : await stat(real).catch(() => undefined);
    if (real !== undefined && target?.isDirectory() === false) yield [path, real];
  }
}
