import { writeAll } from "../adapters/output.ts";
import { EXIT_CODES } from "../core/exit-codes.ts";
import type { Verdict } from "../core/probes.ts";
import { print } from "./print.ts";

/** Says the verdict, on standard error when it is bad, and returns the exit code of a probe. */
export function report({ ok, words }: Verdict): number {
  if (ok) print(words);
  else writeAll(2, `${words}\n`);
  return ok ? 0 : EXIT_CODES.peer;
}
