import * as fs from "node:fs";
import { systemCode } from "../../../core/errors.ts";
import { RESERVED_FOLDERS } from "../../../core/storage/keys.ts";
import { nameFault } from "../../../core/storage/names.ts";
import { isAstray, type Roots } from "../astray.ts";
import type { Source } from "./keep.ts";
import { inFolder } from "./safe-folder.ts";

/** What a walk through a folder meets. Names are relative to it. */
export type Met =
  | ({ readonly type: "file"; readonly link: boolean } & Source)
  | { readonly type: "empty folder"; readonly name: string }
  | { readonly type: "reserved"; readonly name: string }
  | { readonly type: "refused"; readonly name: string; readonly why: string }
  | { readonly type: "unreadable"; readonly name: string; readonly why: string };

/** Walks through an open folder, names in order, so that two walks through the same files meet them alike. */
export function* walk(folder: number, roots: Roots, above = ""): Generator<Met> {
  const names = namesIn(folder, above);
  if (!Array.isArray(names)) return yield names;
  if (names.length === 0 && above !== "") yield { type: "empty folder", name: above };
  for (const child of names) {
    const name = above === "" ? child : `${above}/${child}`;
    if (above === "" && RESERVED_FOLDERS.includes(child)) {
      yield { type: "reserved", name };
      continue;
    }
    const met = meet(folder, name, roots);
    if (met === "folder") yield* walk(folder, roots, name);
    else yield met;
  }
}

function namesIn(folder: number, name: string): string[] | Met {
  try {
    return fs.readdirSync(inFolder(folder, name)).toSorted();
  } catch (error) {
    return unreadable(name, error);
  }
}

/** Looks at one name below an open folder. */
export function meet(folder: number, name: string, roots: Roots): Met | "folder" {
  const refused = (why: string): Met => ({ type: "refused", name, why });
  const fault = nameFault(name);
  if (fault !== undefined) return refused(fault);
  const path = inFolder(folder, name);
  let found: fs.Stats | undefined;
  try {
    found = fs.lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return unreadable(name, error);
  }
  if (found === undefined)
    return refused(name.includes("\u{fffd}") ? "its name is not valid UTF-8" : "it vanished");
  if (found.isDirectory()) return "folder";
  if (!found.isSymbolicLink()) return file(found, false) ?? refused(kindOf(found));
  try {
    const target = fs.statSync(path);
    if (target.isDirectory()) return refused("a symbolic link to a folder");
    if (roots !== undefined) {
      const real = fs.realpathSync(path);
      if (isAstray(real, roots)) return refused(`a symbolic link to ${real}, outside of what is declared`);
    }
    return file(target, true) ?? refused(`a symbolic link to ${kindOf(target)}`);
  } catch (error) {
    return refused(
      systemCode(error) === "ENOENT" ? "a dangling symbolic link" : "a symbolic link that leads nowhere",
    );
  }

  function file(stat: fs.Stats, link: boolean): Met | undefined {
    return stat.isFile() ? { type: "file", name, size: stat.size, link } : undefined;
  }
}

function unreadable(name: string, error: unknown): Met {
  return { type: "unreadable", name, why: systemCode(error) ?? String(error) };
}

function kindOf(stat: fs.Stats): string {
  if (stat.isSocket()) return "a socket";
  return stat.isFIFO() ? "a named pipe" : "a device";
}
