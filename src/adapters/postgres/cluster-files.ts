import {
  chmod,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { PRIVATE_FOLDER } from "../../core/postgres/claim.ts";
import { foldersOf, isTransient, walFolderOf } from "../../core/postgres/layout.ts";
import { majorOf } from "../../core/postgres/major.ts";
import {
  formatManifest,
  LEGACY_VERSION_FILE,
  type Manifest,
  MANIFEST,
  MANIFEST_FOLDER,
  parseManifest,
  usualMode,
} from "../../core/postgres/manifest.ts";
import { recycledSegments } from "../../core/postgres/wal.ts";
import type { ClusterFiles } from "../../ports/postgres.ts";
import { mustDrop } from "./identity.ts";

/** The cluster at `path`; our own corner in it is left alone. */
export function clusterFiles(path: string): ClusterFiles {
  const at = (name: string): string => join(path, name);
  const textOf = (name: string): Promise<string | undefined> =>
    readFile(at(name), "utf8").catch(() => undefined);
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(at(name), text, { mode: usualMode("file") });
    const { uid, gid } = await stat(path);
    if (mustDrop()) await lchown(at(name), uid, gid);
  };
  return {
    async major() {
      return majorOf((await textOf("PG_VERSION")) ?? "");
    },

    read: textOf,

    write,

    async size() {
      const sizes = await Promise.all(
        (await walk(path)).map(async (entry) => (await lstat(at(entry.path))).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    },

    async restore(major) {
      const manifest = parseManifest((await textOf(MANIFEST)) ?? "");
      for (const folder of [...foldersOf(major), ...(manifest?.emptyFolders ?? [])]) {
        await mkdir(at(folder), { recursive: true });
      }
      const { uid, gid } = await stat(path);
      for (const entry of await walk(path)) {
        if (mustDrop()) await lchown(at(entry.path), uid, gid);
        if (entry.kind === "link") continue;
        const mode = manifest?.modes[entry.path] ?? usualMode(entry.kind);
        if (entry.mode !== mode) await chmod(at(entry.path), mode);
      }
      return manifest;
    },

    async isFolder(name) {
      return (await lstat(at(name)).catch(() => undefined))?.isDirectory() ?? false;
    },

    async outside(major) {
      const links: string[] = [];
      const candidates = [
        walFolderOf(major),
        ...(await entriesOf(at("pg_tblspc"))).map((name) => `pg_tblspc/${name}`),
      ];
      for (const name of candidates) {
        const found = await lstat(at(name)).catch(() => undefined);
        if (found?.isSymbolicLink() === true) links.push(`${name} -> ${await readlink(at(name))}`);
      }
      return links;
    },

    async trimLog(major, checkpointFile) {
      const folder = walFolderOf(major);
      for (const name of recycledSegments(await entriesOf(at(folder)), checkpointFile)) {
        await rm(at(`${folder}/${name}`));
      }
    },

    async record(version, clean, madeFrom) {
      const modes: Record<string, number> = {};
      const folders: string[] = [];
      const occupied = new Set<string>();
      for (const entry of await walk(path)) {
        if (isTransient(entry.path)) {
          await rm(at(entry.path), { recursive: true, force: true });
          continue;
        }
        if (entry.kind === "folder") folders.push(entry.path);
        else occupied.add(dirname(entry.path));
        if (entry.kind !== "link" && entry.mode !== usualMode(entry.kind)) modes[entry.path] = entry.mode;
      }
      const parents = new Set(folders.map((folder) => dirname(folder)));
      const emptyFolders = folders.filter((folder) => !occupied.has(folder) && !parents.has(folder));
      const manifest: Manifest = {
        version,
        clean,
        emptyFolders,
        modes,
        ...(madeFrom === undefined ? {} : { madeFrom }),
      };
      await mkdir(at(MANIFEST_FOLDER), { recursive: true });
      await chmod(at(MANIFEST_FOLDER), usualMode("folder"));
      const { uid, gid } = await stat(path);
      if (mustDrop()) await lchown(at(MANIFEST_FOLDER), uid, gid);
      await write(MANIFEST, formatManifest(manifest));
      await write(LEGACY_VERSION_FILE, `${version}\n`);
    },
  };
}

interface Entry {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
}

/** Everything below `root`, parents first, without following links and without our own corner. */
async function walk(root: string, below = ""): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(join(root, below))) {
    if (below === "" && name === PRIVATE_FOLDER) continue;
    const path = below === "" ? name : `${below}/${name}`;
    const found = await lstat(join(root, path));
    const kind = found.isSymbolicLink() ? "link" : found.isDirectory() ? "folder" : "file";
    entries.push({ path, kind, mode: found.mode & 0o777 });
    if (kind === "folder") entries.push(...(await walk(root, path)));
  }
  return entries;
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
