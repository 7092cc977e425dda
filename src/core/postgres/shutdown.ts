/**
 * How a server is stopped, in steps that never wait for ever:
 *
 *   fast (SIGINT) ── time is up ──▶ immediate (SIGQUIT) ── time is up ──▶ killed (SIGKILL)
 *     └──── ended ──▶ stopped clean     └────────────── ended ──────────────┘──▶ stopped, recovery needed
 *
 * The signals are those of https://www.postgresql.org/docs/15/server-shutdown.html.
 */
export type Rung = "fast" | "immediate" | "killed";

/** `crashed`: it ended by itself, before or while it was asked to. */
export type ServerEnd = Rung | "crashed";

export type Shutdown =
  | { readonly type: "stopping"; readonly rung: Rung }
  | { readonly type: "stopped"; readonly rung: Rung };

/** What to do on entering a rung; without `patience` only the end of the process ends it. */
export interface ShutdownEffect {
  readonly signal: "SIGINT" | "SIGQUIT" | "SIGKILL";
  readonly patience?: number;
}

/** A postmaster kills children that ignore its immediate shutdown after 5 s by itself, which is tidier than our killing it. */
export const IMMEDIATE_MS = 10_000;

/** `patience`: milliseconds a fast shutdown, which writes everything to disk, may take; the other steps have their own. */
export function beginShutdown(rung: Rung, patience = IMMEDIATE_MS): [Shutdown, ShutdownEffect] {
  const effects = {
    fast: { signal: "SIGINT", patience },
    immediate: { signal: "SIGQUIT", patience: IMMEDIATE_MS },
    killed: { signal: "SIGKILL" },
  } as const satisfies Record<Rung, ShutdownEffect>;
  return [{ type: "stopping", rung }, effects[rung]];
}

export function stepShutdown(
  state: Shutdown,
  event: "late" | "ended",
): [Shutdown, ShutdownEffect | undefined] {
  if (state.type === "stopped") return [state, undefined];
  if (event === "ended") return [{ type: "stopped", rung: state.rung }, undefined];
  switch (state.rung) {
    case "fast":
      return beginShutdown("immediate");
    case "immediate":
      return beginShutdown("killed");
    case "killed":
      return [state, undefined];
  }
}
