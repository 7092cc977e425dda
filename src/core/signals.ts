/** Signal numbers of Linux on x64 and arm64 (asm-generic/signal.h); the names are those of signal(7). */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGWINCH: 28,
} as const;

export type SignalName = keyof typeof SIGNALS;

export const { SIGKILL, SIGTERM } = SIGNALS;
const { SIGINT, SIGHUP, SIGQUIT } = SIGNALS;

/**
 * Signals that are delivered to a participant, which decides what they mean. The launcher passes all others to the
 * application by itself.
 */
export const HANDLED_SIGNALS = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
] as const satisfies readonly SignalName[];

/** Asked by these to stop, a running application has the grace to do so; the others it takes as it likes. */
export const STOP_SIGNALS: readonly number[] = [SIGTERM, SIGINT];

/** These stop a participant that has no application to pass them to. */
export const STOP_SIGNALS_ALONE: readonly number[] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

/** `SIGTERM` for 15; `signal 42` for what has no name here. */
export function signalName(signal: number): string {
  const found = Object.entries(SIGNALS).find(([, number]) => number === signal);
  return found === undefined ? `signal ${signal}` : found[0];
}
