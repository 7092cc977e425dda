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

const HEAD = "BundleEntries:\n";
const NEXT_ITEM = "\n- ";

/**
 * A file list in the layout datamon writes, one item after the other: an entry where it can be read at sight, some
 * fifty times faster than by a YAML parser, else the text of the item for such a parser. One item at a time, a parser
 * needs little memory and time whatever the list holds. Undefined for another layout.
 */
export function fileListItems(text: string): Iterable<Entry | string> | undefined {
  if (text === fileListText([])) return [];
  return text.startsWith(`${HEAD}- `) ? itemsAfter(text, HEAD.length) : undefined;
}

function* itemsAfter(text: string, start: number): Generator<Entry | string> {
  for (let at = start; at < text.length;) {
    const plain = plainItem(text, at);
    if (plain !== undefined && (text.startsWith("- ", ITEM.lastIndex) || ITEM.lastIndex === text.length)) {
      at = ITEM.lastIndex;
      yield plain;
      continue;
    }
    const end = text.indexOf(NEXT_ITEM, at);
    const next = end === -1 ? text.length : end + 1;
    yield text.slice(at, next);
    at = next;
  }
}

/** The entry at a position; what follows it is at `ITEM.lastIndex`. */
function plainItem(text: string, at: number): Entry | undefined {
  ITEM.lastIndex = at;
  const [, hash = "", scalar = "", size = ""] = ITEM.exec(text) ?? [];
  const name = hash === "" ? undefined : plainName(scalar);
  return name === undefined ? undefined : { name, hash, size: Number(size) };
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
