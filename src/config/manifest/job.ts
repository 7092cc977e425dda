import type { IJob } from "kubernetes-models/batch/v1/Job";
import type { Plan } from "./plan.ts";
import { labelsOf, podSpec } from "./pod.ts";

/** A Job tries again with a fresh pod: a fresh coordination directory, and a run of its own. */
export function jobManifest(plan: Plan): IJob {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: plan.options.name, labels: labelsOf(plan) },
    spec: {
      backoffLimit: plan.options.backoffLimit,
      template: { metadata: { labels: labelsOf(plan) }, spec: podSpec(plan) },
    },
  };
}
