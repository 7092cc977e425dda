import { parseAppArguments } from "../app.ts";
import type { SettingsFile } from "../file.ts";
import { ConfigurationError } from "../problems.ts";
import { peerOfDatabase } from "../schema/app.ts";
import type { AppSettings, FilesSettings, PostgresSettings, SidecarSettings } from "../settings.ts";
import { parseSidecarArguments } from "../sidecar.ts";
import {
  advice,
  entryOf,
  lifeProblems,
  NOTHING_FOR_AN_APPLICATION,
  probeProblems,
  waitProblems,
} from "./contradictions.ts";
import { type Folders, foldersOf } from "./folders.ts";
import type { ManifestKind, ManifestOptions } from "./options.ts";
import type { Service } from "./service.ts";

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
  if (peers.length === 0) throw new ConfigurationError([NOTHING_FOR_AN_APPLICATION]);
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

function isNative({ files, postgres }: SidecarSettings): boolean {
  return (files ?? postgres)?.nativeSidecar === true;
}

function peersOf(files: FilesSettings | undefined, postgres: PostgresSettings | undefined): string[] {
  // One that is upgraded for its own sake is awaited by nobody.
  const databases = (postgres?.databases ?? []).filter(({ upgrade }) => upgrade !== "only");
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
