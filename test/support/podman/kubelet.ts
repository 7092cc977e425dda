import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What of a pod's specification is looked at here. */
export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: string;
  restartPolicy?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; mountPropagation?: string }[];
  securityContext?: Record<string, unknown>;
  readinessProbe?: unknown;
  livenessProbe?: unknown;
  startupProbe?: unknown;
}
export interface PodSpec {
  securityContext?: { runAsUser?: number; runAsGroup?: number };
  volumes?: {
    name: string;
    emptyDir?: unknown;
    hostPath?: { path: string };
    persistentVolumeClaim?: { claimName: string };
  }[];
  initContainers?: ContainerSpec[];
  containers: ContainerSpec[];
}
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: PodSpec & { template?: { spec: PodSpec } };
  data?: Record<string, string>;
}

export interface Node {
  /** A folder of this machine for the pod's volumes. */
  readonly folder: string;
  /** Name of the pod on this machine. */
  readonly name: string;
  /** Its `metadata.uid`. */
  readonly uid: string;
  /** Images of this machine, by their names in the manifest. */
  readonly images: Readonly<Record<string, string>>;
  /** Folders of this machine, by the claims that stand for them. */
  readonly claims: Readonly<Record<string, string>>;
}

/**
 * Does to manifests what Kubernetes does before a container runs, and podman leaves out: a job's pod, volumes that
 * anybody may write to, a file for the termination message, the downward API, `$(NAME)` in commands, one user for all containers.
 * Native sidecars become containers beside the others: podman would wait for their end before it starts more.
 */
export function asKubelet(manifests: readonly Manifest[], node: Node): Manifest[] {
  return manifests.map((manifest) => {
    if (manifest.kind === "ConfigMap") return manifest;
    const spec = structuredClone(manifest.spec?.template?.spec ?? manifest.spec);
    if (spec === undefined) throw new Error(`cannot run a ${manifest.kind}`);
    const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === "Always") ?? [];
    const initContainers = spec.initContainers?.filter((container) => !sidecars.includes(container)) ?? [];
    const containers = [...sidecars, ...spec.containers];
    const volumes = [...(spec.volumes ?? [])].map((volume) => {
      const { name, emptyDir, persistentVolumeClaim } = volume;
      if (emptyDir !== undefined) return { name, hostPath: { path: folderFor(node, "volumes", name) } };
      if (persistentVolumeClaim === undefined) return volume;
      const path = node.claims[persistentVolumeClaim.claimName];
      if (path === undefined) throw new Error(`nothing stands for the claim of volume ${name}`);
      return { name, hostPath: { path } };
    });
    for (const container of [...initContainers, ...containers]) {
      prepare(container, node, spec);
      const volume = `termination-${container.name}`;
      volumes.push({ name: volume, hostPath: { path: terminationFile(node, container.name) } });
      (container.volumeMounts ??= []).push({ name: volume, mountPath: "/dev/termination-log" });
    }
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: node.name },
      spec: { ...spec, volumes, initContainers, containers },
    };
  });
}

/** The file that a container's termination message is read from. */
export function terminationPath(folder: string, container: string): string {
  return join(folder, "termination", container);
}

function prepare(container: ContainerSpec, node: Node, pod: PodSpec): void {
  container.image = node.images[container.image] ?? container.image;
  container.imagePullPolicy = "Never";
  container.securityContext = { ...pod.securityContext, ...container.securityContext };
  const fields: Readonly<Record<string, string>> = { "metadata.uid": node.uid, "metadata.name": node.name };
  for (const variable of container.env ?? []) {
    const path = variable.valueFrom?.fieldRef?.fieldPath;
    if (path === undefined) continue;
    delete variable.valueFrom;
    variable.value = fields[path] ?? "";
  }
  for (const words of [container.command, container.args]) {
    words?.forEach((word, index) => (words[index] = expanded(word, container.env ?? [])));
  }
  // podman runs probes by systemd's timers.
  delete container.restartPolicy;
  delete container.readinessProbe;
  delete container.livenessProbe;
  delete container.startupProbe;
}

/** `$(NAME)` stands for the variable, `$$` for `$`. */
function expanded(word: string, env: NonNullable<ContainerSpec["env"]>): string {
  return word.replace(/\$(?:\$|\((\w+)\))/g, (found, name) =>
    found === "$$" ? "$" : (env.find((variable) => variable.name === name)?.value ?? found),
  );
}

function folderFor(node: Node, ...names: readonly string[]): string {
  const path = join(node.folder, ...names);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  return path;
}

function terminationFile(node: Node, container: string): string {
  folderFor(node, "termination");
  const path = terminationPath(node.folder, container);
  writeFileSync(path, "");
  chmodSync(path, 0o666);
  return path;
}
