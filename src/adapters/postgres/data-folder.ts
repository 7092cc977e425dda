import { chmod, lchown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KnownError, systemCode } from "../../core/errors.ts";
import { FOLDER_MODE } from "../../core/postgres/layout.ts";
import {
  CLAIM,
  formatClaim,
  type Occupancy,
  parseClaim,
  PRIVATE_FOLDER,
  workshopPath,
  WORKSHOPS,
} from "../../core/postgres/claim.ts";
import type { DataFolder } from "../../ports/postgres.ts";
import { chooseIdentity, mustDrop } from "./identity.ts";

/** `runAs`: whom root gives a new folder to. */
export function dataFolder(path: string, runAs: string | undefined): DataFolder {
  const at = (name: string): string => join(path, name);
  return {
    path,

    async occupancy(): Promise<Occupancy> {
      const entries = await readdir(path).catch((error: unknown) => {
        if (systemCode(error) === "ENOENT") return [];
        throw new KnownError("system", `cannot use the data folder "${path}": ${String(error)}`, {
          cause: error,
        });
      });
      if (entries.length === 0) return { type: "vacant" };
      const claim = parseClaim(await readFile(at(CLAIM), "utf8").catch(() => ""));
      return claim === undefined ? { type: "foreign", entries } : { type: "ours", claim };
    },

    async claim(claim) {
      const identity = await chooseIdentity(runAs, path);
      await mkdir(at(PRIVATE_FOLDER), { recursive: true });
      await takeOwnership(path, identity);
      await chmod(path, FOLDER_MODE);
      if (identity !== undefined) await lchown(at(PRIVATE_FOLDER), identity.uid, identity.gid);
      await writeFile(at(`${CLAIM}.new`), formatClaim(claim));
      await rename(at(`${CLAIM}.new`), at(CLAIM));
    },

    async clear() {
      for (const entry of await readdir(path)) {
        if (entry !== PRIVATE_FOLDER) await rm(at(entry), { recursive: true, force: true });
      }
      for (const name of WORKSHOPS) await rm(at(workshopPath(name)), { recursive: true, force: true });
    },

    async workshop(name) {
      const workshop = at(workshopPath(name));
      await rm(workshop, { recursive: true, force: true });
      await mkdir(workshop, { mode: FOLDER_MODE });
      const { uid, gid } = await stat(path);
      if (mustDrop()) await lchown(workshop, uid, gid);
      return workshop;
    },

    async adopt(workshop) {
      for (const entry of await readdir(workshop)) {
        // The datamon command keeps notes of its own in a folder of this name.
        if (entry !== PRIVATE_FOLDER) await rename(join(workshop, entry), at(entry));
      }
      for (const name of WORKSHOPS) await rm(at(workshopPath(name)), { recursive: true, force: true });
    },
  };
}

/** Postgres insists on owning its data folder: https://www.postgresql.org/docs/15/creating-cluster.html */
async function takeOwnership(
  path: string,
  identity: { uid: number; gid: number } | undefined,
): Promise<void> {
  if (identity !== undefined) {
    await lchown(path, identity.uid, identity.gid);
    return;
  }
  const { uid } = await stat(path);
  if (uid === process.geteuid?.()) return;
  throw new KnownError(
    "configuration",
    `cannot use the data folder "${path}": it belongs to user ${uid}, we run as ${process.geteuid?.()}, and Postgres only serves its own`,
    { remedy: "mount the volume one folder higher, so that we can make the data folder ourselves" },
  );
}
