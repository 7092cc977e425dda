import { readFile, stat } from "node:fs/promises";
import { KnownError } from "../../core/errors.ts";
import type { Identity } from "../processes.ts";

/** Postgres refuses to run as root, so root has to become somebody; anybody else stays who they are. */
export function mustDrop(): boolean {
  return process.geteuid?.() === 0;
}

/** Who owns what servers write: the owner of the folder when we are root, else ourselves (undefined). */
export async function ownerOf(folder: string): Promise<Identity | undefined> {
  if (!mustDrop()) return undefined;
  const { uid, gid } = await stat(folder);
  if (uid !== 0) return { uid, gid };
  throw new KnownError("bug", `cannot run Postgres on "${folder}": the folder belongs to root`);
}

/**
 * Whom root hands a new data folder to: the user of the setting `runAs` (`name`, `uid` or `uid:gid`), else the owner the
 * folder already has, else the user `postgres`. Undefined when we are not root.
 * Errors: `configuration` when there is nobody to become.
 */
export async function chooseIdentity(
  runAs: string | undefined,
  folder: string,
): Promise<Identity | undefined> {
  if (!mustDrop()) return undefined;
  if (runAs !== undefined) return namedIdentity(runAs);
  const owner = await stat(folder).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const postgres = await fromPasswd("postgres");
  if (postgres !== undefined) return postgres;
  throw new KnownError(
    "configuration",
    `cannot run Postgres on "${folder}": we are root, the folder has no other owner, and there is no user "postgres"`,
    { remedy: "run the container as a user other than root, or set runAs" },
  );
}

async function namedIdentity(runAs: string): Promise<Identity> {
  const numbers = /^(\d+)(?::(\d+))?$/.exec(runAs);
  const uid = Number(numbers?.[1]);
  const identity = numbers === null ? await fromPasswd(runAs) : { uid, gid: Number(numbers[2] ?? uid) };
  if (identity === undefined) {
    throw new KnownError("configuration", `cannot run Postgres as "${runAs}": no such user in /etc/passwd`);
  }
  if (identity.uid === 0) {
    throw new KnownError(
      "configuration",
      `cannot run Postgres as "${runAs}": Postgres refuses to run as root`,
    );
  }
  return identity;
}

async function fromPasswd(name: string): Promise<Identity | undefined> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name && uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
