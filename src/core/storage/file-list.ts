import { fileSizeFault } from "./leaves.ts";
import { nameFault, showName } from "./names.ts";
import { yamlScalar } from "./yaml-scalar.ts";

/** One file of a bundle. */
export interface Entry {
  /** Relative to the top of the bundle, segments parted by `/`. */
  readonly name: string;
  /** The root key, in lower-case hex. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** datamon puts no more entries than this into one file list. */
export const ENTRIES_PER_LIST = 1000;

export function fileListText(entries: readonly Entry[]): string {
  if (entries.length === 0) return "BundleEntries: []\n";
  const items = entries.map(
    ({ hash, name, size }) =>
      `- hash: ${yamlScalar(hash)}\n  name: ${yamlScalar(name)}\n  mode: 0\n  size: ${size}\n`,
  );
  return `BundleEntries:\n${items.join("")}`;
}

const ITEM = /- hash: ([0-9a-f]{128})\n {2}name: (.*)\n {2}mode: \d+\n {2}size: (\d{1,15})\n/y;

/** A plain scalar: no sign that begins something else, no comment, no key. */
const PLAIN_AT_SIGHT = /^[A-Za-z0-9_./](?:[^\p{Cc}#:\u2028\u2029]|(?<! )#|:(?! |$))*$/u;

/**
 * The entries of a file list in the layout datamon writes, or undefined when any line differs from it: then a real
 * YAML parser has to say what it means. A list is read some fifty times faster this way.
 */
export function parsePlainFileList(text: string): Entry[] | undefined {
  const head = "BundleEntries:\n";
  if (!text.startsWith(head)) return undefined;
  const entries: Entry[] = [];
  ITEM.lastIndex = head.length;
  while (ITEM.lastIndex < text.length) {
    const item = ITEM.exec(text);
    if (item === null) return undefined;
    const [, hash = "", scalar = "", size = ""] = item;
    const name = plainName(scalar);
    if (name === undefined) return undefined;
    entries.push({ name, hash, size: Number(size) });
  }
  return entries;
}

function plainName(scalar: string): string | undefined {
  if (PLAIN_AT_SIGHT.test(scalar)) return scalar.endsWith(" ") ? undefined : scalar;
  const quoted = /^'((?:[^'\p{Cc}]|'')*)'$/u.exec(scalar)?.[1];
  return quoted?.replaceAll("''", "'");
}

/** Entries out of a parsed YAML document whose scalars are text, or what is wrong with it. */
export function entriesOf(document: unknown): Entry[] | string {
  const list = record(document)?.["BundleEntries"];
  if (!Array.isArray(list)) return "it has no BundleEntries";
  const entries: Entry[] = [];
  for (const item of list) {
    const { name, hash, size } = record(item) ?? {};
    if (typeof name !== "string") return `entry ${entries.length} has no name`;
    if (typeof hash !== "string" || typeof size !== "string" || !/^\d{1,15}$/.test(size)) {
      return `the entry ${showName(name)} has no hash or no size`;
    }
    entries.push({ name, hash, size: Number(size) });
  }
  return entries;
}

/** What is wrong with an entry by itself, or nothing. */
export function entryFault(entry: Entry, leafSize: number): string | undefined {
  const name = nameFault(entry.name);
  if (name !== undefined) return `the name ${showName(entry.name)} is refused: ${name}`;
  if (!/^[0-9a-f]{128}$/.test(entry.hash)) return `the hash of ${showName(entry.name)} is no key`;
  const size = fileSizeFault(entry.size, leafSize);
  return size === undefined ? undefined : `the size ${entry.size} of ${showName(entry.name)} ${size}`;
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
