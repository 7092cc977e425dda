import { cp, lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KnownError } from "../../src/core/errors.ts";
import type { BundleEngine, BundleRef, UploadRequest } from "../../src/ports.ts";

export interface FolderEngine extends BundleEngine {
  /** What was uploaded, oldest first. */
  readonly uploads: readonly (UploadRequest & { readonly id: string })[];
  /** The folder of a bundle, to look into or to make one by hand. */
  folderOf(id: string): string;
  /** Called before each upload. */
  beforeUpload: () => Promise<void>;
}

/**
 * Bundles as plain folders below `root`, losing all that datamon loses: modes, owners, empty folders, the top folder
 * `.datamon`; a link fails the upload.
 */
export function createFolderEngine(root: string): FolderEngine {
  const uploads: (UploadRequest & { readonly id: string })[] = [];
  const folderOf = (id: string): string => join(root, id);
  const resolve = (repo: string, ref: BundleRef): string => {
    if (ref.type === "id") return ref.id;
    const mine = uploads.filter((upload) => upload.repo === repo);
    const found = ref.type === "latest" ? mine.at(-1) : mine.findLast((upload) => upload.label === ref.label);
    if (found === undefined)
      throw new KnownError("transfer", `cannot find the bundle ${JSON.stringify(ref)} in "${repo}"`);
    return found.id;
  };
  const engine: FolderEngine = {
    name: "native",
    uploads,
    folderOf,
    beforeUpload: async () => {},
    async download({ repo, ref, destination }) {
      const id = resolve(repo, ref);
      const names = await filesIn(folderOf(id));
      for (const name of names) {
        await mkdir(dirname(join(destination, name)), { recursive: true, mode: 0o700 });
        await writeFile(join(destination, name), await readFile(join(folderOf(id), name)), { mode: 0o600 });
      }
      return { id, files: names.length, bytes: 0 };
    },
    async upload(request, _report, signal) {
      await engine.beforeUpload();
      signal.throwIfAborted();
      const id = `bundle-${uploads.length + 1}`;
      const names = (await filesIn(request.path)).filter((name) => !name.startsWith(".datamon/"));
      for (const name of names) {
        await mkdir(dirname(join(folderOf(id), name)), { recursive: true });
        await cp(join(request.path, name), join(folderOf(id), name));
      }
      uploads.push({ ...request, id });
      return { id, files: names.length, bytes: 0 };
    },
    mount: () => Promise.reject(new KnownError("bug", "a database is never mounted")),
  };
  return engine;
}

async function filesIn(root: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readdir(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    const found = await lstat(join(root, path));
    if (found.isSymbolicLink()) throw new KnownError("transfer", `cannot upload "${path}": it is a link`);
    if (found.isDirectory()) names.push(...(await filesIn(root, path)));
    else names.push(path);
  }
  return names;
}
