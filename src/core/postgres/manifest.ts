import { asObject, integerAt, type JsonObject, objectAt, parseObject, stringAt } from "../json.ts";
import { FILE_MODE, FOLDER_MODE } from "./layout.ts";

/** Where the manifest lies in a data folder, and so in its bundle. */
export const MANIFEST_FOLDER = ".datamon-sidecar";
export const MANIFEST = `${MANIFEST_FOLDER}/postgres.json`;

/** The file in which the old sidecar keeps the server's version; it refuses a bundle without it. */
export const LEGACY_VERSION_FILE = "pg_version";

/** What an upgraded bundle was made from. */
export interface MadeFrom {
  readonly version: string;
  readonly method: "pg_upgrade" | "dump";
  readonly repo?: string;
  readonly bundle?: string;
}

/** What datamon does not store of a cluster at rest. */
export interface Manifest {
  /** Full version of the server that stopped it: `15.18`. */
  readonly version: string;
  /** Whether it was shut down cleanly; otherwise the next start has to recover it. */
  readonly clean: boolean;
  /** Folders without any file, relative to the data folder, parents first. */
  readonly emptyFolders: readonly string[];
  /** Modes of the files and folders whose mode is not the usual one. */
  readonly modes: Readonly<Record<string, number>>;
  readonly madeFrom?: MadeFrom;
}

/** The usual mode of a file or folder, which the manifest leaves out. */
export function usualMode(kind: "file" | "folder"): number {
  return kind === "file" ? FILE_MODE : FOLDER_MODE;
}

/** What a bundle was made from, in words. */
export function provenance(from: MadeFrom): string {
  const bundle = from.bundle === undefined ? "" : `, bundle ${from.bundle} of ${from.repo}`;
  return `upgraded from Postgres ${from.version}${bundle}, by ${from.method === "dump" ? "dump and restore" : "pg_upgrade"}`;
}

export function formatManifest(manifest: Manifest): string {
  const modes = Object.fromEntries(
    Object.entries(manifest.modes).map(([path, mode]) => [path, mode.toString(8)]),
  );
  return `${JSON.stringify({ format: 1, ...manifest, modes }, undefined, 1)}\n`;
}

/**
 * Reads a manifest that came out of a bundle, so it is not trusted: a path that leads out of the data folder or a
 * mode beyond the permission bits makes the whole manifest undefined, as does a format of the future.
 */
export function parseManifest(text: string): Manifest | undefined {
  const object = parseObject(text);
  if (object === undefined || integerAt(object, "format") !== 1) return undefined;
  const version = stringAt(object, "version");
  const emptyFolders = pathsAt(object, "emptyFolders");
  const modes = modesAt(object, "modes");
  if (version === undefined || emptyFolders === undefined || modes === undefined) return undefined;
  const madeFrom = madeFromAt(object);
  return {
    version,
    clean: object["clean"] === true,
    emptyFolders,
    modes,
    ...(madeFrom === undefined ? {} : { madeFrom }),
  };
}

/** Whether a relative path stays inside the folder it is relative to. */
export function isInside(path: string): boolean {
  return (
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") && !path.includes("\0")
  );
}

function pathsAt(object: JsonObject, key: string): readonly string[] | undefined {
  const value = object[key];
  if (!Array.isArray(value)) return undefined;
  return value.every((path) => typeof path === "string" && isInside(path)) ? (value as string[]) : undefined;
}

function modesAt(object: JsonObject, key: string): Readonly<Record<string, number>> | undefined {
  const value = asObject(object[key]);
  if (value === undefined) return undefined;
  const modes: Record<string, number> = {};
  for (const [path, mode] of Object.entries(value)) {
    if (!isInside(path) || typeof mode !== "string" || !/^[0-7]{1,3}$/.test(mode)) return undefined;
    modes[path] = Number.parseInt(mode, 8);
  }
  return modes;
}

/** The object under `madeFrom`, if it is one. */
export function madeFromAt(object: JsonObject): MadeFrom | undefined {
  const from = objectAt(object, "madeFrom");
  const version = from === undefined ? undefined : stringAt(from, "version");
  if (from === undefined || version === undefined) return undefined;
  const repo = stringAt(from, "repo");
  const bundle = stringAt(from, "bundle");
  return {
    version,
    method: stringAt(from, "method") === "dump" ? "dump" : "pg_upgrade",
    ...(repo === undefined ? {} : { repo }),
    ...(bundle === undefined ? {} : { bundle }),
  };
}
