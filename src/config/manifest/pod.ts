import type { IConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IPod } from "kubernetes-models/v1/Pod";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { application, installer, sidecar } from "./containers.ts";
import { lastPart } from "./paths.ts";
import { SETTINGS_FILE } from "./options.ts";
import type { Plan } from "./plan.ts";
import { podSecurity } from "./security.ts";
import { configMapName, volumesOf } from "./volumes.ts";

/** Seconds that the kubelet needs to notice that everybody has ended. */
const MARGIN_SECONDS = 5;

export function settingsMap(plan: Plan): IConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: configMapName(plan), labels: labelsOf(plan) },
    data: { [lastPart(SETTINGS_FILE)]: plan.text },
  };
}

export function podManifest(plan: Plan): IPod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: plan.options.name, labels: labelsOf(plan) },
    spec: podSpec(plan),
  };
}

export function podSpec(plan: Plan): IPodSpec {
  const sidecars = plan.services.map((service) => sidecar(plan, service));
  return {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: graceSeconds(plan),
    securityContext: podSecurity(plan),
    initContainers: [
      installer(plan),
      ...(plan.native ? sidecars.map((each) => ({ ...each, restartPolicy: "Always" })) : []),
    ],
    containers: [application(plan, "app"), ...(plan.native ? [] : sidecars)],
    volumes: volumesOf(plan),
  };
}

export function labelsOf({ options }: Plan): Record<string, string> {
  return { "app.kubernetes.io/name": options.name };
}

/** The wrapper's grace; native sidecars are asked to end only after the application has, and have one more. */
export function graceSeconds({ app, native }: Plan): number {
  return Math.ceil((app.grace * (native ? 2 : 1)) / 1000) + MARGIN_SECONDS;
}
