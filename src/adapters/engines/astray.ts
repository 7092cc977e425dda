/**
 * Whoever may write links into a folder must not have other files of the uploading container read, nor, without any ill
 * will, name a path of one container and have what stands there in another uploaded.
 */
import { realpathSync } from "node:fs";
import { isWithin } from "../../core/within.ts";

/** Real paths below which links may lead; anywhere when undefined. */
export type Roots = readonly string[] | undefined;

/** The uploaded folder and those that links in it may lead into. One that is not there lends itself to nobody. */
export function allowedRoots(path: string, linksInto: readonly string[] | undefined): Roots {
  return linksInto === undefined
    ? undefined
    : [path, ...linksInto].flatMap((folder) => realPath(folder) ?? []);
}

/** Whether a real path lies outside of all of them. */
export function isAstray(real: string, roots: readonly string[]): boolean {
  return !roots.some((root) => isWithin(real, root));
}

function realPath(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}
