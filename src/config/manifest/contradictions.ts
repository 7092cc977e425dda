/** What may be right in itself and cannot be in one pod. */
import { parseListenAddress } from "../../core/listen-address.ts";
import { participantOf } from "../../core/participants.ts";
import { type FileEntry, placeOf, type SettingsFile } from "../file.ts";
import type { Problem } from "../problems.ts";
import type { AppSettings, PostgresSettings, SidecarSettings } from "../settings.ts";
import type { ManifestKind, ManifestOptions } from "./options.ts";
import type { Service } from "./service.ts";

export const NOTHING_FOR_AN_APPLICATION: Problem = {
  key: "databases",
  cause: "are all to be upgraded only: there is nothing for an application",
  remedy: "run datamon-sidecar postgres alone in a pod, or write upgrade: auto",
};

export function entryOf(file: SettingsFile, key: string): FileEntry | undefined {
  return file.root.type === "map" ? file.root.entries.find((entry) => entry.key === key) : undefined;
}

export function waitProblems(
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

export function lifeProblems(
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

export function probeProblems(
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

export function advice({ files, postgres }: SidecarSettings, { datamonSecret }: ManifestOptions): string[] {
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
