import { parseListenAddress } from "../../core/listen-address.ts";
import { participantOf } from "../../core/participants.ts";
import { parseAppArguments } from "../app.ts";
import { type FileEntry, placeOf, type SettingsFile } from "../file.ts";
import { ConfigurationError, type Problem } from "../problems.ts";
import { peerOfDatabase } from "../schema/app.ts";
import type { AppSettings, FilesSettings, PostgresSettings, SidecarSettings } from "../settings.ts";
import { parseSidecarArguments } from "../sidecar.ts";
import { type Folders, foldersOf } from "./folders.ts";
import type { ManifestKind, ManifestOptions } from "./options.ts";

/** One sidecar container. */
export interface Service {
  readonly role: "files" | "postgres";
  readonly image: string;
  /** What its probes ask for: `files`, `postgres:NAME`. */
  readonly peers: readonly string[];
  /** Shows bundles through FUSE. */
  readonly mounts: boolean;
  readonly probePort: number | undefined;
}

/** Everything that is decided before a manifest is written. */
export interface Plan {
  readonly options: ManifestOptions;
  /** The settings file as its author wrote it. */
  readonly text: string;
  readonly app: AppSettings;
  /** Flags of the wrapper that the settings do not give. */
  readonly waitFlags: readonly string[];
  /** The application's command where the settings do not hold it. */
  readonly command: readonly string[];
  readonly services: readonly Service[];
  readonly folders: Folders;
  readonly native: boolean;
  /** The settings do not say `nativeSidecar` themselves. */
  readonly nativeFlag: boolean;
  readonly warnings: readonly string[];
}

/** Judges the settings as those of a pod's containers. Errors: ConfigurationError with every problem. */
export function planManifest(
  kind: ManifestKind,
  file: SettingsFile,
  text: string,
  command: readonly string[],
  options: ManifestOptions,
): Plan {
  const sidecar = parseSidecarArguments({ argv: [], env: {}, file });
  const { files, postgres } = sidecar.settings;
  const peers = peersOf(files, postgres);
  const waitEntry = entryOf(file, "waitFor");
  const waitFlags = waitEntry === undefined ? peers.flatMap((peer) => ["--wait-for", peer]) : [];
  const words = command.length === 0 ? [] : ["--", ...command];
  const app = parseAppArguments({ argv: [...waitFlags, ...words], env: {}, file });
  const services = servicesOf(files, postgres, options);
  const { folders, problems: unsuitable } = foldersOf(sidecar.settings, options, file);
  const native = options.sidecars === "native" || isNative(sidecar.settings);
  const problems = [
    ...unsuitable,
    ...waitProblems(app.settings, peers, file, waitEntry),
    ...lifeProblems(kind, native, file, options),
    ...probeProblems(services, postgres, file),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    options,
    text,
    app: app.settings,
    waitFlags,
    command,
    services,
    folders,
    native,
    nativeFlag: native && !isNative(sidecar.settings),
    warnings: [...new Set([...sidecar.warnings, ...app.warnings, ...advice(sidecar.settings, options)])],
  };
}

export function entryOf(file: SettingsFile, key: string): FileEntry | undefined {
  return file.root.type === "map" ? file.root.entries.find((entry) => entry.key === key) : undefined;
}

function isNative({ files, postgres }: SidecarSettings): boolean {
  return (files ?? postgres)?.nativeSidecar === true;
}

function peersOf(files: FilesSettings | undefined, postgres: PostgresSettings | undefined): string[] {
  const databases = postgres?.databases ?? [];
  return [...(files === undefined ? [] : ["files"]), ...databases.map(({ name }) => peerOfDatabase(name))];
}

function servicesOf(
  files: FilesSettings | undefined,
  postgres: PostgresSettings | undefined,
  { image, postgresImage, probePort }: ManifestOptions,
): Service[] {
  const mounts =
    files?.bundles.some((bundle) => bundle.type === "source" && bundle.mode === "mount") ?? false;
  const services: Omit<Service, "probePort">[] = [
    ...(files === undefined ? [] : [{ role: "files" as const, image, mounts, peers: ["files"] }]),
    ...(postgres === undefined
      ? []
      : [
          {
            role: "postgres" as const,
            image: postgresImage,
            mounts: false,
            peers: peersOf(undefined, postgres),
          },
        ]),
  ];
  return services.map((service, index) => ({
    ...service,
    probePort: probePort === undefined ? undefined : probePort + index,
  }));
}

function waitProblems(
  app: AppSettings,
  peers: readonly string[],
  file: SettingsFile,
  entry: FileEntry | undefined,
): Problem[] {
  if (entry === undefined) return [];
  const awaited = app.peers.map(participantOf).toSorted().join(" ");
  const declared = peers.map((peer) => peer.replace(":", "-")).toSorted();
  if (awaited === declared.join(" ")) return [];
  const remedy = `leave it out, or name ${peers.join(", ")}`;
  const cause = "does not name exactly the sidecars that these settings declare";
  return [{ key: "waitFor", source: placeOf(file, entry), cause, remedy }];
}

function lifeProblems(
  kind: ManifestKind,
  native: boolean,
  file: SettingsFile,
  { sidecars }: ManifestOptions,
): Problem[] {
  const entry = entryOf(file, "nativeSidecar");
  const source = entry === undefined ? "--native-sidecar" : placeOf(file, entry);
  if (native && sidecars === "classic") {
    const cause = "keeps the sidecars from ending, but --classic was given: the pod would never end";
    return [{ key: "nativeSidecar", source, cause, remedy: "leave out one of the two" }];
  }
  if (native && kind === "argo") {
    const cause = "is not possible in a workflow: Argo runs and ends its sidecars itself";
    return [{ key: "nativeSidecar", source, cause, remedy: "leave it out" }];
  }
  return [];
}

function probeProblems(
  services: readonly Service[],
  postgres: PostgresSettings | undefined,
  file: SettingsFile,
): Problem[] {
  const problems: Problem[] = [];
  const entry = entryOf(file, "probeListen");
  if (entry !== undefined) {
    const cause = "would be one port for all containers of the pod, which share their ports";
    const remedy = "leave it out, and give --probe-port to this command";
    problems.push({ key: "probeListen", source: placeOf(file, entry), cause, remedy });
  }
  for (const { role, probePort } of services) {
    if (probePort === undefined) continue;
    const given = { key: "--probe-port", value: String(probePort), usage: true as const };
    const database = postgres?.databases.find(({ port }) => port === probePort);
    if (parseListenAddress(`:${probePort}`) === undefined) {
      problems.push({ ...given, cause: `is no port for ${role}`, remedy: "choose one from 1024 to 65534" });
    } else if (database !== undefined) {
      const cause = `for ${role} is the port of database "${database.name}"`;
      problems.push({ ...given, cause, remedy: "choose another" });
    }
  }
  return problems;
}

function advice({ files, postgres }: SidecarSettings, { datamonSecret }: ManifestOptions): string[] {
  const transfer = files ?? postgres;
  const needsCommand = transfer?.engine === "datamon" || transfer?.store === undefined;
  const sleeps = files?.sleepInsteadOfExit === true || (postgres?.sleepAfter ?? 0) > 0;
  return [
    ...(needsCommand && datamonSecret === undefined
      ? [
          "the datamon command will be used without a configuration: give --datamon-secret, unless the image brings one",
        ]
      : []),
    ...(needsCommand ? ["the image must have the datamon command on PATH"] : []),
    ...(sleeps ? ["the settings make a sidecar sleep after success: the pod does not end until then"] : []),
  ];
}
