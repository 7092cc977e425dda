import { Document, isScalar, type Pair, Scalar, visit } from "yaml";
import { argoManifest } from "./argo.ts";
import { jobManifest } from "./job.ts";
import type { ManifestKind } from "./options.ts";
import type { Plan } from "./plan.ts";
import { podManifest, settingsMap } from "./pod.ts";

const BUILDERS = {
  pod: podManifest,
  job: jobManifest,
  argo: argoManifest,
} satisfies Record<ManifestKind, (plan: Plan) => object>;

/** Why a key is there, said above its first appearance. */
const REASONS: Readonly<Record<string, string>> = {
  terminationGracePeriodSeconds: "Longer than the settings' grace, so that nobody is killed before it ends.",
  podSpecPatch: "Longer than the settings' grace, so that nobody is killed before it ends.",
  runAsUser: "One user for all containers: what the application writes, the sidecars can read.",
  privileged:
    "For mount mode alone: Kubernetes lets only privileged containers hand a mount to others, and FUSE needs /dev/fuse. Download mode needs no privilege.",
  mountPropagation: "Carries the FUSE mounts in it from the sidecar to the application.",
  startupProbe:
    "Holds back the next container until this one has begun, not until it is ready: sidecars prepare side by side.",
  livenessProbe: "Ends a sidecar that hangs, so that the pod can end.",
  persistentVolumeClaim: "Holds the store; must exist.",
  secret: "Must exist.",
  backoffLimit: "Each retry is a fresh pod and a run of its own.",
};

/** The objects of the kind as YAML: the settings as a ConfigMap, and what uses them. */
export function manifestText(kind: ManifestKind, plan: Plan): string {
  return [settingsMap(plan), BUILDERS[kind](plan)].map(documentText).join("---\n");
}

function documentText(object: object): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  const said = new Set<string>();
  visit(document, {
    Pair: (_, pair) => explain(pair, said),
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && scalar.value.includes("\n")) scalar.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function explain({ key }: Pair, said: Set<string>): void {
  if (!isScalar(key) || typeof key.value !== "string" || said.has(key.value)) return;
  const reason = Object.hasOwn(REASONS, key.value) ? REASONS[key.value] : undefined;
  if (reason === undefined) return;
  said.add(key.value);
  key.commentBefore = ` ${reason}`;
}
