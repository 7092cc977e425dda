import type { ShellOptions } from "../../core/getopts.ts";
import type { Problem } from "../problems.ts";

/** What `getopts` would have complained about. */
export function optionMistakes(mistakes: ShellOptions["mistakes"], usage: string): Problem[] {
  return mistakes.map(({ letter, kind }) => ({
    key: `-${letter}`,
    cause: kind === "unknown" ? "is not an option" : "has no argument",
    remedy: usage,
    usage: true,
  }));
}
