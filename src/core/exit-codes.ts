import type { ErrorKind } from "./errors.ts";

/**
 * Exit codes of our own failures: sysexits(3) where one fits. The application's own code, 128+n for a
 * signal, and 126/127 when it cannot be started pass through unchanged.
 */
export const EXIT_CODES = {
  usage: 64,
  peer: 69,
  bug: 70,
  system: 71,
  transfer: 74,
  configuration: 78,
  stopped: 143,
} as const satisfies Record<ErrorKind, number>;

/** How a process ended: with a code, or by a signal. */
export type Outcome =
  | { readonly type: "code"; readonly code: number }
  | { readonly type: "signal"; readonly signal: number };

/** The exit code that stands for an outcome: a signal `n` is 128+n, as shells have it. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome.type === "code" ? outcome.code : 128 + outcome.signal;
}
