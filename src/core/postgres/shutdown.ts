/**
 * How a server is stopped, in steps that never wait for ever:
 *
 *   fast (SIGINT) ── time is up ──▶ immediate (SIGQUIT) ── time is up ──▶ killed (SIGKILL)
 *     └──── ended ──▶ stopped clean     └────────────── ended ──────────────┘──▶ stopped, recovery needed
 *
 * The signals are those of https://www.postgresql.org/docs/15/server-shutdown.html.
 */
export type Rung = "fast" | "immediate" | "killed";

export type Shutdown =
  | { readonly type: "stopping"; readonly rung: Rung }
  | { readonly type: "stopped"; readonly rung: Rung };

/** What to do on entering a rung; without `patience` only the end of the process ends it. */
export interface ShutdownEffect {
  readonly signal: "SIGINT" | "SIGQUIT" | "SIGKILL";
  readonly patience?: number;
}

/** A postmaster kills children that ignore its immediate shutdown after 5 s by itself, which is tidier than our killing it. */
const IMMEDIATE_MS = 10_000;

/** `patience`: milliseconds a fast shutdown, which writes everything to disk, may take. */
export function beginShutdown(first: "fast" | "immediate", patience: number): [Shutdown, ShutdownEffect] {
  return first === "fast"
    ? [
        { type: "stopping", rung: "fast" },
        { signal: "SIGINT", patience },
      ]
    : [
        { type: "stopping", rung: "immediate" },
        { signal: "SIGQUIT", patience: IMMEDIATE_MS },
      ];
}

export function stepShutdown(
  state: Shutdown,
  event: "late" | "ended",
): [Shutdown, ShutdownEffect | undefined] {
  if (state.type === "stopped") return [state, undefined];
  if (event === "ended") return [{ type: "stopped", rung: state.rung }, undefined];
  switch (state.rung) {
    case "fast":
      return [
        { type: "stopping", rung: "immediate" },
        { signal: "SIGQUIT", patience: IMMEDIATE_MS },
      ];
    case "immediate":
      return [{ type: "stopping", rung: "killed" }, { signal: "SIGKILL" }];
    case "killed":
      return [state, undefined];
  }
}
