/** Folders as text: absolute, without `.` and `..`, told apart by their parts. */
import { isWithin } from "../../core/within.ts";

/** `/a//b/` → `/a/b`. */
export function tidy(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  return `/${parts.join("/")}`;
}

export function parentOf(path: string): string {
  const tidied = tidy(path);
  return tidied.slice(0, tidied.lastIndexOf("/")) || "/";
}

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Why a volume cannot be put at this path; undefined when it can. */
export function unmountable(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not an absolute path";
  if (path.split("/").some((part) => part === "." || part === "..")) return 'has a part "." or ".."';
  if (tidy(path) === "/") return "is the whole file system of the container";
  return path.includes(":") ? 'has a ":", which no mount path may' : undefined;
}

/** The folders that lie in no other one of the list. */
export function topmost(paths: readonly string[]): string[] {
  const tidied = [...new Set(paths.map(tidy))];
  return tidied.filter((path) => !tidied.some((other) => other !== path && isWithin(path, other)));
}
