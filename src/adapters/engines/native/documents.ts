import { parseDocument } from "yaml";
import { KnownError } from "../../../core/errors.ts";
import type { Fields } from "../../../core/storage/descriptors.ts";
import { type Entry, entriesOf, fileListItems } from "../../../core/storage/file-list.ts";

/**
 * Bytes. What datamon writes is smaller; more is not read into memory on a bundle's word. A message is at most the
 * longest argument Linux passes, 128 KiB, and may be escaped here. A list has 1000 names of at most 4095 bytes.
 */
export const DESCRIPTOR_LIMIT = 512 * 1024;
export const FILE_LIST_LIMIT = 8 * 1024 * 1024;

/** A YAML parser takes some kilobytes of memory and microseconds for each byte, so it gets no more at once. */
const LONGEST_ITEM = 64 * 1024;
/** Ten times what datamon writes into one list. */
const MOST_ENTRIES = 10_000;

/** The fields of a descriptor, every scalar as text. Errors: `transfer` naming the object `key`. */
export function descriptorFields(bytes: Uint8Array, key: string): Fields {
  const document = parseYaml(decode(bytes, key), key);
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw unreadable(key, "it is no YAML mapping");
  }
  return document as Fields;
}

/** The entries of a file list, not yet checked. Errors: `transfer` naming the object `key`. */
export function fileListEntries(bytes: Uint8Array, key: string): Entry[] {
  const text = decode(bytes, key);
  const items = fileListItems(text);
  if (items === undefined) return entriesIn(parseYaml(bounded(text, key), key), key);
  const entries: Entry[] = [];
  for (const item of items) {
    if (typeof item === "string") {
      const parsed = parseYaml(bounded(item, key), key);
      entries.push(...entriesIn({ BundleEntries: parsed }, key));
    } else entries.push(item);
    if (entries.length > MOST_ENTRIES) throw unreadable(key, `it has more than ${MOST_ENTRIES} entries`);
  }
  return entries;
}

function bounded(text: string, key: string): string {
  if (text.length <= LONGEST_ITEM) return text;
  throw unreadable(key, "it is not laid out as datamon does, or an entry is longer than any can be");
}

function entriesIn(document: unknown, key: string): Entry[] {
  const entries = entriesOf(document);
  if (typeof entries === "string") throw unreadable(key, entries);
  return entries;
}

export function unreadable(key: string, why: string): KnownError {
  return new KnownError("transfer", `cannot use ${key} of the store: ${why}`, {
    remedy: "the bundle is damaged or was not written by datamon: upload it again, or take another one",
  });
}

function decode(bytes: Uint8Array, key: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(key, "it is not UTF-8");
  }
}

/**
 * Scalars stay text ("failsafe"): a message `no` is not a boolean, and an id of digits is not a number. Of a key
 * that is given twice the last counts, as for datamon; looking for such keys would take the square of their number,
 * and pretty errors keep a copy of the text for each of what may be a hundred thousand.
 */
const PARSING = {
  schema: "failsafe",
  logLevel: "silent",
  uniqueKeys: false,
  prettyErrors: false,
} as const;

function parseYaml(text: string, key: string): unknown {
  try {
    const document = parseDocument(text, PARSING);
    // A tag that is not resolved is a warning: `!!binary` would otherwise pass its base 64 off as a name.
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault !== undefined) throw fault;
    return document.toJS();
  } catch (error) {
    throw unreadable(key, error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}
