import type { Outcome } from "./exit-codes.ts";

/** What the launcher says on the control socket; `src/launcher/launcher.h` has the whole dialogue. */
export type ControlMessage =
  | { readonly type: "started"; readonly pid: number }
  | { readonly type: "failed"; readonly exitCode: number; readonly reason: string }
  | { readonly type: "ended"; readonly outcome: Outcome };

/** The lines of `text` that are complete, and the rest that waits for its line end. */
export function completeLines(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  return { lines, rest };
}

/** One line of the launcher; undefined when it is none that we know. */
export function parseControlMessage(line: string): ControlMessage | undefined {
  const match = /^(started|failed|exited|killed) (\d+)(?: (.*))?$/.exec(line);
  if (match === null) return undefined;
  const [, verb, digits, reason = ""] = match;
  const number = Number(digits);
  switch (verb) {
    case "started":
      return { type: "started", pid: number };
    case "failed":
      return { type: "failed", exitCode: number, reason };
    case "exited":
      return { type: "ended", outcome: { type: "code", code: number } };
    default:
      return { type: "ended", outcome: { type: "signal", signal: number } };
  }
}
