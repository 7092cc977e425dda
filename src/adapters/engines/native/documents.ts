import { parseDocument } from "yaml";
import { KnownError } from "../../../core/errors.ts";
import type { Fields } from "../../../core/storage/descriptors.ts";
import { type Entry, entriesOf, parsePlainFileList } from "../../../core/storage/file-list.ts";

/** Bytes. What datamon writes is far smaller; more than this is not read into memory on a bundle's word. */
export const DESCRIPTOR_LIMIT = 1024 * 1024;
export const FILE_LIST_LIMIT = 8 * 1024 * 1024;

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
  const plain = parsePlainFileList(text);
  if (plain !== undefined) return plain;
  const entries = entriesOf(parseYaml(text, key));
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

/** Scalars stay text ("failsafe"): a message `no` is not a boolean, and an id of digits is not a number. */
function parseYaml(text: string, key: string): unknown {
  try {
    const document = parseDocument(text, { schema: "failsafe", logLevel: "silent" });
    // A tag that is not resolved is a warning: `!!binary` would otherwise pass its base 64 off as a name.
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault !== undefined) throw fault;
    return document.toJS();
  } catch (error) {
    throw unreadable(key, error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}
