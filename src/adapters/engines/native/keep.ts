import * as fs from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { KEY_BYTES, leafAt, leafCount } from "../../../core/storage/leaves.ts";
import { showName } from "../../../core/storage/names.ts";
import { isAstray } from "../astray.ts";
import type { Session, Workbench } from "./workbench.ts";
import { fingerprint, type Fingerprint, readExactly, sameFingerprint } from "./local-file.ts";
import { hex } from "./tree-hasher.ts";

const { O_NONBLOCK, O_RDONLY } = fs.constants;

/** A file to be uploaded, as the walk through the folder saw it. */
export interface Source {
  readonly name: string;
  readonly size: number;
}

/** An open source and what must not change while it is read. */
export interface OpenSource {
  readonly fd: number;
  readonly before: Fingerprint;
}

/** A file that was stored under its root key in hex, or left out because it cannot be read. */
export type Kept = { readonly hash: string } | { readonly unreadable: string };

/**
 * Stores a whole file. Errors: `transfer` when it changes meanwhile or cannot be stored, `system` when it cannot be
 * read and may not be left out.
 */
export async function keepFile(bench: Workbench, file: Source): Promise<Kept> {
  return orLeftOut(bench.session, async () => ({ hash: await keepWhole(bench, file) }));
}

/** What a failure to read comes to where unreadable files may be left out. */
export async function orLeftOut(
  { skipUnreadable }: Session,
  keep: () => Promise<{ readonly hash: string }>,
): Promise<Kept> {
  try {
    return await keep();
  } catch (error) {
    if (!skipUnreadable || !(error instanceof KnownError) || error.kind !== "system") throw error;
    return { unreadable: error.message.replace(/^.*: /, "") };
  }
}

async function keepWhole(bench: Workbench, file: Source): Promise<string> {
  const open = openSource(bench, file);
  try {
    const { leafSize } = bench.session;
    const keys = await keepLeaves(bench, open.fd, file, 0, leafCount(file.size, leafSize));
    checkUnchanged(bench, file, open);
    return await keepRoot(bench, keys);
  } finally {
    fs.closeSync(open.fd);
  }
}

/** Stores some leaves of an open file; their keys. */
export async function keepLeaves(
  bench: Workbench,
  fd: number,
  file: Source,
  first: number,
  count: number,
): Promise<Uint8Array> {
  const { leafSize } = bench.session;
  const keys = new Uint8Array(count * KEY_BYTES);
  for (let i = 0; i < count; i++) {
    const { start, length, node } = leafAt(first + i, file.size, leafSize);
    const bytes = bench.buffer.subarray(0, length);
    if (!readSource(fd, bytes, start, file)) throw changed(file);
    const key = bench.hasher.leaf(bytes, leafSize, node);
    await keepBlob(bench, key, bytes);
    keys.set(key, i * KEY_BYTES);
  }
  return keys;
}

/** Stores the object that a root key names; the root key in hex. Only after all leaves are stored. */
export async function keepRoot(bench: Workbench, keys: Uint8Array): Promise<string> {
  const root = bench.hasher.root(keys, bench.session.leafSize);
  const object = new Uint8Array(keys.length + KEY_BYTES);
  object.set(keys);
  object.set(root, keys.length);
  await keepBlob(bench, root, object);
  return hex(root);
}

/**
 * A blob is written once. One that is there but is not what its key says (cut short by a full disk, say) would make
 * this bundle unreadable: it is written again, which also mends every other bundle that uses it.
 */
async function keepBlob(bench: Workbench, key: Uint8Array, bytes: Uint8Array): Promise<void> {
  const name = hex(key);
  if ((await bench.blobs.compare(name, bytes, bench.session.compare)) === "same") return;
  await bench.blobs.put(name, bytes);
}

/** Errors: `transfer` when it is not the file any more that the walk saw, `system` when it cannot be read. */
export function openSource(bench: Workbench, file: Source): OpenSource {
  const path = locate(bench, file);
  if (path === undefined) throw changed(file);
  let fd: number;
  try {
    // Not to hang on a named pipe that took the file's place.
    fd = fs.openSync(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    throw unreadable(file, error);
  }
  const stat = fs.fstatSync(fd, { bigint: true });
  const same = stat.isFile() && stat.size === BigInt(file.size);
  if (same && !strayed(fd, bench.session)) return { fd, before: fingerprint(stat) };
  fs.closeSync(fd);
  throw changed(file);
}

/** Asked of the open file: a link in its place could have been turned since the walk. */
function strayed(fd: number, { roots }: Session): boolean {
  return roots !== undefined && isAstray(fs.readlinkSync(`/proc/self/fd/${fd}`), roots);
}

/** Errors: `transfer` when the file was written to or replaced since it was opened. */
export function checkUnchanged(bench: Workbench, file: Source, { fd, before }: OpenSource): void {
  const path = locate(bench, file);
  const named = path === undefined ? undefined : fs.statSync(path, { bigint: true, throwIfNoEntry: false });
  const same = [fs.fstatSync(fd, { bigint: true }), named].every(
    (stat) => stat !== undefined && sameFingerprint(before, fingerprint(stat)),
  );
  if (!same) throw changed(file);
}

/** Never through a link that has taken the place of a folder since the walk. */
function locate(bench: Workbench, { name }: Source): string | undefined {
  try {
    return bench.folder.locate(name, "leave");
  } catch {
    return undefined;
  }
}

function readSource(fd: number, into: Uint8Array, position: number, file: Source): boolean {
  try {
    return readExactly(fd, into, position);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable({ name }: Source, error: unknown): KnownError {
  const why = systemCode(error) ?? String(error);
  return new KnownError("system", `cannot read ${showName(name)}: ${why}`, {
    cause: error,
    remedy: "check its permissions and the disk it is on",
    details: { file: name },
  });
}

function changed(file: Source): KnownError {
  return new KnownError("transfer", `cannot upload ${showName(file.name)}: it changed while it was read`, {
    remedy: "upload only after everything that writes to the folder has ended",
    details: { file: file.name },
  });
}
