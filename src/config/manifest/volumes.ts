import type { IVolume } from "kubernetes-models/v1/Volume";
import type { IVolumeMount } from "kubernetes-models/v1/VolumeMount";
import type { SharedFolder } from "./folders.ts";
import { DATAMON_FOLDER, KIT_FOLDER, SETTINGS_FOLDER } from "./options.ts";
import { lastPart, parentOf } from "./paths.ts";
import type { Plan } from "./plan.ts";
import type { Service } from "./service.ts";

const SCRATCH = "scratch";
const PASSWORDS = "passwords";

/** Without `medium` it lies on disk, and costs no memory of the pod. */
function empty(name: string): IVolume {
  return { name, emptyDir: {} };
}

export function configMapName({ options }: Plan): string {
  return `${options.name}-settings`;
}

/** Every volume of the pod. */
export function volumesOf(plan: Plan): IVolume[] {
  const { folders, options, services } = plan;
  const scratches = services.flatMap(({ role }) =>
    folders.scratch[role].map((_, index) => empty(numbered(`${role}-${SCRATCH}`, index))),
  );
  const files = folders.passwordFiles.map(lastPart);
  return [
    empty("kit"),
    empty("coordination"),
    { name: "settings", configMap: { name: configMapName(plan) } },
    ...folders.shared.map(({ name }) => empty(name)),
    ...folders.data.map((_, index) => empty(numbered("databases", index))),
    ...scratches,
    ...(folders.store === undefined
      ? []
      : [{ name: "store", persistentVolumeClaim: { claimName: options.storeClaim } }]),
    ...(options.datamonSecret === undefined
      ? []
      : [{ name: "datamon", secret: { secretName: options.datamonSecret } }]),
    ...(files.length === 0
      ? []
      : [
          {
            name: PASSWORDS,
            secret: {
              secretName: options.passwordSecret,
              items: [...new Set(files)].map((key) => ({ key, path: key })),
            },
          },
        ]),
  ];
}

export function kitMount(readOnly: boolean): IVolumeMount {
  return { name: "kit", mountPath: KIT_FOLDER, ...(readOnly ? { readOnly } : {}) };
}

/** What the application's container sees. */
export function applicationMounts(plan: Plan): IVolumeMount[] {
  return [
    kitMount(true),
    ...commonMounts(plan),
    ...plan.folders.shared.map((folder) => sharedMount(folder, "HostToContainer")),
  ];
}

/** What a sidecar sees. */
export function serviceMounts(plan: Plan, { role }: Service): IVolumeMount[] {
  const { folders, options } = plan;
  const databases = role === "postgres" ? folders.data : [];
  const passwords = role === "postgres" ? [...new Set(folders.passwordFiles.map(parentOf))] : [];
  return [
    ...commonMounts(plan),
    ...folders.shared
      .filter(({ users }) => users.includes(role))
      .map((folder) => sharedMount(folder, "Bidirectional")),
    ...databases.map((mountPath, index) => ({ name: numbered("databases", index), mountPath })),
    ...folders.scratch[role].map((mountPath, index) => ({
      name: numbered(`${role}-${SCRATCH}`, index),
      mountPath,
    })),
    ...(folders.store === undefined
      ? []
      : [
          {
            name: "store",
            mountPath: folders.store,
            ...(folders.uploads[role] ? {} : { readOnly: true }),
          },
        ]),
    ...(options.datamonSecret === undefined
      ? []
      : [{ name: "datamon", mountPath: DATAMON_FOLDER, readOnly: true }]),
    ...passwords.map((mountPath) => ({ name: PASSWORDS, mountPath, readOnly: true })),
  ];
}

function commonMounts({ folders }: Plan): IVolumeMount[] {
  return [
    { name: "coordination", mountPath: folders.coordination },
    { name: "settings", mountPath: SETTINGS_FOLDER, readOnly: true },
  ];
}

function sharedMount(
  { name, path, mounted }: SharedFolder,
  mountPropagation: "Bidirectional" | "HostToContainer",
): IVolumeMount {
  return { name, mountPath: path, ...(mounted ? { mountPropagation } : {}) };
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}
