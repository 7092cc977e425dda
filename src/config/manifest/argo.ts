import type { IWorkflow } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Workflow";
import { application, installer, sidecar } from "./containers.ts";
import type { Plan } from "./plan.ts";
import { graceSeconds, labelsOf } from "./pod.ts";
import { podSecurity } from "./security.ts";
import { volumesOf } from "./volumes.ts";

/**
 * One node of a workflow. Argo's main container is the application's, so its exit code is the node's. Argo ends
 * the sidecars once main has ended; by then the wrapper has seen their uploads.
 */
export function argoManifest(plan: Plan): IWorkflow {
  const { name } = plan.options;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: `${name}-`, labels: labelsOf(plan) },
    spec: {
      entrypoint: name,
      templates: [
        {
          name,
          securityContext: podSecurity(plan),
          podSpecPatch: JSON.stringify({ terminationGracePeriodSeconds: graceSeconds(plan) }),
          initContainers: [installer(plan)],
          container: application(plan, "main"),
          sidecars: plan.services.map((service) => sidecar(plan, service)),
          volumes: volumesOf(plan),
        },
      ],
    },
  };
}
