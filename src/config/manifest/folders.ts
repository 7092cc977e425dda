import { isWithin } from "../../core/within.ts";
import type { SettingsFile } from "../file.ts";
import type { Problem } from "../problems.ts";
import type { SidecarSettings } from "../settings.ts";
import { DATAMON_FOLDER, KIT_FOLDER, type ManifestOptions, SETTINGS_FOLDER } from "./options.ts";
import { parentOf, tidy, topmost, unmountable } from "./paths.ts";

/** Which folders the containers share, and which are one container's own. */
export interface Folders {
  readonly coordination: string;
  /** Shared with the application, one volume each. */
  readonly shared: readonly SharedFolder[];
  /** Folders of the store, when it is one. */
  readonly store: string | undefined;
  readonly uploads: Readonly<Record<"files" | "postgres", boolean>>;
  /** Data folders of the databases. */
  readonly data: readonly string[];
  /** Writable folders beside these, by sidecar. */
  readonly scratch: Readonly<Record<"files" | "postgres", readonly string[]>>;
  /** Password files of the databases. */
  readonly passwordFiles: readonly string[];
}

export interface SharedFolder {
  readonly path: string;
  readonly name: string;
  /** A FUSE mount appears in it, and must be seen by the application. */
  readonly mounted: boolean;
  readonly users: readonly ("files" | "postgres")[];
}

/** A folder that somebody needs, with the setting that says so. */
interface Need {
  readonly key: string;
  readonly path: string;
  /** Where its volume is put: for a mount the folder above, as no container can be started on a volume that FUSE covers. */
  readonly volume: string;
  readonly name: string;
  readonly mounted: boolean;
  readonly user: "files" | "postgres";
}

/** A path of the settings that gets a volume. */
type Place = Pick<Need, "key" | "path" | "volume" | "mounted">;

const TEMPORARY = "/tmp";

/** Turns the paths of the settings into folders of volumes, and tells what cannot be one. */
export function foldersOf(
  settings: SidecarSettings,
  options: ManifestOptions,
  file: SettingsFile,
): { readonly folders: Folders; readonly problems: readonly Problem[] } {
  const { files, postgres } = settings;
  const needs = needsOf(settings);
  const shared = sharedFolders(needs);
  const store = storeFolder((files ?? postgres)?.store);
  const databases = postgres?.databases ?? [];
  const data = topmost(databases.map(({ dataDir }) => dataDir));
  const scratch = (wanted: readonly string[]): string[] =>
    topmost([TEMPORARY, ...wanted]).filter(
      (path) => ![...shared.map((folder) => folder.path), ...data].some((other) => isWithin(path, other)),
    );
  const folders: Folders = {
    coordination: tidy(settings.coordPoint),
    shared,
    store,
    uploads: {
      files: files?.bundles.some(({ type }) => type === "destination") ?? false,
      postgres: databases.some(({ destination }) => destination !== undefined),
    },
    data,
    scratch: {
      files: files === undefined ? [] : scratch([files.logDirectory]),
      postgres: postgres === undefined ? [] : scratch([postgres.logDirectory, postgres.runtimeDirectory]),
    },
    passwordFiles: [...new Set(databases.flatMap(({ passwordFile }) => passwordFile ?? []))],
  };
  const places = [
    ...needs,
    placeOf("coordPoint", settings.coordPoint),
    ...(store === undefined ? [] : [placeOf("store", store)]),
    ...databases.map(({ name, dataDir }) => placeOf(`databases.${name}.dataDir`, dataDir)),
  ];
  return { folders, problems: problemsOf(places, settings.coordPoint, options, file) };
}

function placeOf(key: string, path: string): Place {
  return { key, path, volume: tidy(path), mounted: false };
}

function needsOf({ files, postgres }: SidecarSettings): Need[] {
  const bundles = (files?.bundles ?? []).flatMap((bundle): Need[] => {
    const group = `${bundle.type}s.${bundle.name}`;
    const common = { name: bundle.name, user: "files" as const };
    const mounted = bundle.type === "source" && bundle.mode === "mount";
    const volume = mounted ? parentOf(bundle.path) : tidy(bundle.path);
    const idFile = bundle.type === "destination" ? bundle.idFile : undefined;
    return [
      { ...common, key: `${group}.path`, path: bundle.path, volume, mounted },
      ...(idFile === undefined ? [] : [{ ...common, key: `${group}.idFile`, ...folderOfFile(idFile) }]),
    ];
  });
  const databases = (postgres?.databases ?? []).flatMap(({ name, destination }): Need[] =>
    destination?.idFile === undefined
      ? []
      : [
          {
            name,
            user: "postgres",
            key: `databases.${name}.destinationIdFile`,
            ...folderOfFile(destination.idFile),
          },
        ],
  );
  return [...bundles, ...databases];
}

function folderOfFile(path: string): Pick<Need, "path" | "volume" | "mounted"> {
  return { path: parentOf(path), volume: parentOf(path), mounted: false };
}

/** Mounts have volumes of their own; of other folders the topmost have. */
function sharedFolders(needs: readonly Need[]): SharedFolder[] {
  const mounts = needs.filter(({ mounted }) => mounted).map(({ volume }) => volume);
  const others = topmost(needs.filter(({ mounted }) => !mounted).map(({ volume }) => volume));
  const paths = [...new Set([...mounts, ...others])];
  const names = new Set<string>();
  return paths.map((path) => {
    const users = needs.filter((need) => isWithin(need.volume, path));
    const first = users[0]?.name ?? "data";
    const name = freshName(volumeName(first), names);
    names.add(name);
    return {
      path,
      name,
      mounted: mounts.includes(path),
      users: [...new Set(users.map(({ user }) => user))],
    };
  });
}

/** Names of volumes are DNS labels of at most 63 characters. */
function volumeName(bundle: string): string {
  const plain = bundle
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? "data" : `data-${plain}`;
}

function freshName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function storeFolder(store: string | undefined): string | undefined {
  const url = store === undefined ? null : URL.parse(store);
  return url?.protocol === "file:" ? tidy(decodeURIComponent(url.pathname)) : undefined;
}

function problemsOf(
  places: readonly Place[],
  coordPoint: string,
  { datamonSecret }: ManifestOptions,
  file: SettingsFile,
): Problem[] {
  const reserved = [
    { path: KIT_FOLDER, holds: "the kit" },
    { path: SETTINGS_FOLDER, holds: "the settings" },
    ...(datamonSecret === undefined ? [] : [{ path: DATAMON_FOLDER, holds: "datamon's configuration" }]),
  ];
  return places.flatMap((place): Problem[] => {
    const { key, path, volume, mounted } = place;
    const given = { key, value: path, source: file.name };
    const reason = unmountable(path);
    if (reason !== undefined) {
      return [{ ...given, cause: reason, remedy: "name a folder of its own, as /data/input" }];
    }
    const besides = mounted ? besidesMounts(place, places) : undefined;
    if (besides !== undefined) {
      return [
        { ...given, cause: besides, remedy: "mount it in a folder for mounts alone, as /mounts/input" },
      ];
    }
    const taken = [
      ...reserved,
      ...(key === "coordPoint" ? [] : [{ path: tidy(coordPoint), holds: "the coordination directory" }]),
    ].find((other) => isWithin(volume, other.path) || isWithin(other.path, volume));
    if (taken === undefined) return [];
    const cause = `overlaps ${taken.path}, which holds ${taken.holds}`;
    return [{ ...given, cause, remedy: "name another folder" }];
  });
}

/** What but mounts would be in the volume of a mount, from where it would travel to other containers with the mount. */
function besidesMounts({ volume }: Place, places: readonly Place[]): string | undefined {
  if (volume === "/") return "is a mount at the top, and the folder above it must be a volume";
  const other = places.find(({ mounted, path }) => !mounted && isWithin(tidy(path), volume));
  return other === undefined
    ? undefined
    : `is a mount beside ${other.path} (${other.key}), and the folder above it must be a volume of mounts`;
}
