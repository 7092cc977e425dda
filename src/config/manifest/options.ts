/** What a manifest needs beside the settings. */
export interface ManifestOptions {
  /** Name of the pod, job or workflow; its ConfigMap is `NAME-settings`. */
  readonly name: string;
  /** Image with the kit. */
  readonly image: string;
  /** Image with the kit and Postgres. */
  readonly postgresImage: string;
  readonly applicationImage: string;
  /** `UID:GID` of every container, so that all can read each other's files. */
  readonly user: string;
  /** Asked for by a flag; without one the settings decide. */
  readonly sidecars: "native" | "classic" | undefined;
  /** PersistentVolumeClaim behind a store that is a folder. */
  readonly storeClaim: string;
  /** Secret with `datamon.yaml` and `credentials.json`, for the `datamon` command. */
  readonly datamonSecret: string | undefined;
  /** Secret that holds the password file of the databases. */
  readonly passwordSecret: string;
  /** First port for HTTP probes; without one the probes are commands. */
  readonly probePort: number | undefined;
  readonly backoffLimit: number;
}

export const MANIFEST_KINDS = ["pod", "job", "argo"] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

/** Where the kit and the settings are in the containers. */
export const KIT_FOLDER = "/scripts";
export const SETTINGS_FOLDER = "/config";
export const SETTINGS_FILE = `${SETTINGS_FOLDER}/sidecar.yaml`;
export const DATAMON_FOLDER = "/datamon";
