/** The programs in C beside this file. */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "../build/run.ts";

const FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"];
const root = join(import.meta.dir, "../..");
const made = new Map<string, string>();

/** Compiles `NAME.c` once in each process; returns where the result is. Errors: what the compiler says. */
export function compiled(name: string, flags: readonly string[]): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  const folder = join(root, ".cache/chaos");
  mkdirSync(folder, { recursive: true });
  const out = join(folder, name);
  // Another process may be using, or making, the same one.
  const temporary = `${out}.${process.pid}`;
  run(root, ["gcc", ...FLAGS, join(import.meta.dir, `${name}.c`), ...flags, "-o", temporary]);
  renameSync(temporary, out);
  made.set(name, out);
  return out;
}
