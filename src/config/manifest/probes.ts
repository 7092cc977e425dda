import type { IProbe } from "kubernetes-models/v1/Probe";
import type { Plan } from "./plan.ts";
import type { Service } from "./service.ts";

type Timing = Pick<IProbe, "periodSeconds" | "timeoutSeconds" | "failureThreshold">;

/** A container may take a minute to be started on a busy node. */
const STARTUP: Timing = { periodSeconds: 2, timeoutSeconds: 10, failureThreshold: 30 };
const READINESS: Timing = { periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 1 };
/** Killing a sidecar for a slow probe would cost an upload: only long silence does it. */
const LIVENESS: Timing = { periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 };

export type Probes = Partial<Record<"startupProbe" | "readinessProbe" | "livenessProbe", IProbe>>;

/**
 * Probes of a sidecar. What is started after a native sidecar waits for its startup probe: that asks for a sign of life,
 * not for readiness, so that sidecars prepare side by side and the wrapper, not a pod stuck in its beginning, tells of a failure.
 */
export function probesOf(plan: Plan, service: Service): Probes {
  const { coordPoint, silenceTimeout } = plan.app;
  const silence = ["--silence-timeout", `${silenceTimeout / 1000}s`];
  const check = (path: string, command: string): IProbe => {
    if (service.probePort !== undefined) return { httpGet: { path, port: service.probePort } };
    const targets = service.peers.flatMap((peer) => ["--for", peer]);
    return {
      exec: { command: ["datamon-sidecar", command, "--coord-point", coordPoint, ...silence, ...targets] },
    };
  };
  if (service.peers.length === 0) return {};
  return {
    ...(plan.native ? { startupProbe: { ...check("/startup", "alive"), ...STARTUP } } : {}),
    readinessProbe: { ...check("/readiness", "ready"), ...READINESS },
    livenessProbe: { ...check("/liveness", "alive"), ...LIVENESS },
  };
}
