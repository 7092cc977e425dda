import * as fs from "node:fs";
import { KnownError } from "../../../core/errors.ts";
import type { Entry } from "../../../core/storage/file-list.ts";
import { KEY_BYTES, leafAt, leafCount } from "../../../core/storage/leaves.ts";
import { showName } from "../../../core/storage/names.ts";
import { explained } from "./explained.ts";
import type { Workbench } from "./workbench.ts";
import { keyAt, readLeaf, readLeafKeys } from "./blobs.ts";
import { readExactly } from "./local-file.ts";
import { hex } from "./tree-hasher.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/** Something that is not as the bundle says. */
export interface Finding {
  readonly name: string;
  readonly problem: "missing" | "no file" | "wrong size" | "corrupted" | "extra" | "damaged in the store";
  readonly detail?: string;
}

export function findingText({ name, problem, detail }: Finding): string {
  return `${showName(name)}: ${problem}${detail === undefined ? "" : ` (${detail})`}`;
}

/** What is wrong with the local file of an entry, or nothing: it is proved by hashing it. */
export async function localFinding(bench: Workbench, file: Entry): Promise<Finding | undefined> {
  const opened = openLocal(bench, file);
  if (typeof opened !== "number") return opened;
  try {
    const right = bench.session.exactLeaves
      ? hashesTo(bench, opened, file)
      : await equalsBlobs(bench, opened, file);
    return right ? undefined : { name: file.name, problem: "corrupted" };
  } finally {
    fs.closeSync(opened);
  }
}

/** The local file of an entry, open for reading, when at least its kind and its size are right. */
export function openLocal(bench: Workbench, file: Entry): number | Finding {
  try {
    return openUnlessBad(bench, file);
  } catch (error) {
    throw explained(`read ${showName(file.name)}`, error);
  }
}

function openUnlessBad(bench: Workbench, file: Entry): number | Finding {
  const { name } = file;
  const path = bench.folder.locate(name, "leave");
  const found = path === undefined ? undefined : fs.lstatSync(path, { throwIfNoEntry: false });
  if (path === undefined || found === undefined) return { name, problem: "missing" };
  if (!found.isFile())
    return {
      name,
      problem: "no file",
      detail: found.isDirectory() ? "a folder in its place" : "a link or a device in its place",
    };
  if (found.size !== file.size)
    return { name, problem: "wrong size", detail: `${found.size} bytes instead of ${file.size}` };
  return fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

/** The keys of some leaves of an open file of `size` bytes; undefined when it has become shorter. */
export function hashLeaves(
  bench: Workbench,
  fd: number,
  size: number,
  first: number,
  count: number,
): Uint8Array | undefined {
  const { leafSize } = bench.session;
  const keys = new Uint8Array(count * KEY_BYTES);
  for (let i = 0; i < count; i++) {
    const { start, length, node } = leafAt(first + i, size, leafSize);
    const bytes = bench.buffer.subarray(0, length);
    if (!readExactly(fd, bytes, start)) return undefined;
    keys.set(bench.hasher.leaf(bytes, leafSize, node), i * KEY_BYTES);
  }
  return keys;
}

/** Proves some leaves of a file in the store; the first that is damaged. */
export async function blobFinding(
  bench: Workbench,
  file: Entry,
  first: number,
  keys: Uint8Array,
): Promise<Finding | undefined> {
  try {
    for (let i = 0; i * KEY_BYTES < keys.length; i++) await readLeaf(bench, file, first + i, keyAt(keys, i));
    return undefined;
  } catch (error) {
    return damage(file, error);
  }
}

/** Proves a whole file in the store. */
export async function storedFinding(bench: Workbench, file: Entry): Promise<Finding | undefined> {
  try {
    return await blobFinding(bench, file, 0, await readLeafKeys(bench, file));
  } catch (error) {
    return damage(file, error);
  }
}

/** A failure that the store is to blame for, as a finding; any other is thrown on. */
export function damage(file: Entry, error: unknown): Finding {
  if (!(error instanceof KnownError) || error.kind !== "transfer") throw error;
  return { name: file.name, problem: "damaged in the store", detail: error.message.replace(/^.*?: /, "") };
}

function hashesTo(bench: Workbench, fd: number, file: Entry): boolean {
  const { leafSize } = bench.session;
  const keys = hashLeaves(bench, fd, file.size, 0, leafCount(file.size, leafSize));
  return keys !== undefined && hex(bench.hasher.root(keys, leafSize)) === file.hash;
}

/** Without exact leaves the root key cannot be found from the file alone: the store has to be read beside it. */
async function equalsBlobs(bench: Workbench, fd: number, file: Entry): Promise<boolean> {
  const keys = await readLeafKeys(bench, file);
  let position = 0;
  for (let index = 0; index * KEY_BYTES < keys.length; index++) {
    const expected = await readLeaf(bench, file, index, keyAt(keys, index));
    const bytes = new Uint8Array(expected.length);
    if (!readExactly(fd, bytes, position) || Buffer.compare(bytes, expected) !== 0) return false;
    position += expected.length;
  }
  return position === file.size;
}
