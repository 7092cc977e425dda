/** What is written is judged by the schemas that Kubernetes and Argo publish. */
import { expect, test } from "bun:test";
import { Workflow } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Workflow";
import { Job } from "kubernetes-models/batch/v1/Job";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Pod } from "kubernetes-models/v1/Pod";
import { parseAllDocuments } from "yaml";
import {
  MANIFEST_KINDS,
  type ManifestKind,
  type ManifestOptions,
} from "../../../src/config/manifest/options.ts";
import { manifestText } from "../../../src/config/manifest/write.ts";
import { BOTH, FILES, MOUNT, planOf } from "./plan.ts";

const MODELS = { ConfigMap, Pod, Job, Workflow } as const;

const OPTIONS: Readonly<Record<string, Partial<ManifestOptions>>> = {
  classic: {},
  native: { sidecars: "native" },
  "over HTTP": { probePort: 9180 },
  "with a secret": { datamonSecret: "datamon" },
};

const cases = MANIFEST_KINDS.flatMap((kind) =>
  Object.entries({ FILES, BOTH, MOUNT }).flatMap(([settings, text]) =>
    Object.keys(OPTIONS)
      .filter((option) => !(kind === "argo" && option === "native"))
      .map((option) => [kind, settings, option, text] as const),
  ),
);

test.each(cases)("%s of %s, %s, is valid", (kind: ManifestKind, _, option, text) => {
  const documents = objectsOf(manifestText(kind, planOf(text, OPTIONS[option], ["work"], kind)));
  expect(documents).toHaveLength(2);
  for (const document of documents) {
    const Model = MODELS[document["kind"] as keyof typeof MODELS];
    expect(() => new Model(document as never).validate()).not.toThrow();
  }
});

test("the schemas bite", () => {
  const [, pod] = objectsOf(manifestText("pod", planOf(FILES)));
  const spec = pod!["spec"] as { containers: Record<string, unknown>[] };
  delete spec.containers[0]!["name"];
  expect(() => new Pod(pod as never).validate()).toThrow("name");
});

test.each(cases)(
  "%s of %s, %s, mounts every volume it has and has every volume it mounts",
  (kind, _, option, text) => {
    const [, object] = objectsOf(manifestText(kind, planOf(text, OPTIONS[option], ["work"], kind)));
    const { containers, volumes } = podOf(object!);
    const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
    expect([...new Set(mounted)].toSorted()).toEqual(volumes.map(({ name }) => name).toSorted());
    for (const { volumeMounts } of containers) {
      const paths = volumeMounts.map(({ mountPath }) => mountPath);
      expect(new Set(paths).size).toBe(paths.length);
    }
  },
);

test("the settings arrive in the pod as they were written, comments and all", () => {
  const text = `# mine\n${FILES}`;
  const [map] = objectsOf(manifestText("pod", planOf(text)));
  expect(map).toMatchObject({ data: { "sidecar.yaml": text } });
});

interface PodLike {
  readonly containers: readonly { readonly volumeMounts: readonly { name: string; mountPath: string }[] }[];
  readonly volumes: readonly { readonly name: string }[];
}

function podOf(object: Record<string, unknown>): PodLike {
  const spec = object["spec"] as Record<string, never>;
  const template =
    spec["templates"]?.[0] ?? (spec["template"] as unknown as Record<string, never>)?.["spec"] ?? spec;
  const containers = ["initContainers", "containers", "container", "sidecars"].flatMap(
    (key) => template[key] ?? [],
  );
  return { containers, volumes: template["volumes"]! };
}

function objectsOf(text: string): Record<string, unknown>[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>);
}
