import * as fs from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { RESERVED_FOLDERS } from "../../../core/storage/keys.ts";
import { showName } from "../../../core/storage/names.ts";
import type { Roots } from "../astray.ts";
import { newLedger } from "./new-ledger.ts";
import { SafeFolder } from "./safe-folder.ts";
import { meet, type Met } from "./walk.ts";

const CHUNK = 64 * 1024;
/** Characters. Longer than any path: it is no list of names. */
const LONGEST_LINE = 16 * 1024;

/**
 * The files below an open folder that the text file `list` names, one a line, in its order. It is read anew each
 * time, never kept. Errors: `configuration` when it cannot be read, or names a file twice.
 */
export function* listed(folder: number, list: string, roots: Roots): Generator<Met> {
  const ledger = newLedger();
  const below = new SafeFolder(folder);
  try {
    for (const name of linesOf(list)) {
      if (ledger.add(name) !== undefined) throw unusable(list, `it names ${showName(name)} twice`);
      yield meetListed(below, name, roots);
    }
  } finally {
    below.close();
  }
}

function meetListed(below: SafeFolder, name: string, roots: Roots): Met {
  const refused = (why: string): Met => ({ type: "refused", name, why });
  if (RESERVED_FOLDERS.includes(name.split("/", 1)[0] ?? "")) return refused("it is datamon's own");
  const met = meet(below.root, name, roots);
  if (met === "folder") return refused("it is a folder: name the files in it");
  if (met.type !== "file") return met;
  try {
    below.locate(name, "leave");
  } catch {
    return refused("it lies behind a symbolic link to a folder");
  }
  return met;
}

/** As Go's scanner of lines: a carriage return before the line feed is part of the line's end. */
function* linesOf(list: string): Generator<string> {
  const fd = openList(list);
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const chunk = new Uint8Array(CHUNK);
    let pending = "";
    for (let count = -1; count !== 0;) {
      count = fs.readSync(fd, chunk);
      pending += decode(decoder, chunk.subarray(0, count), list);
      const lines = pending.split("\n");
      pending = count === 0 ? "" : (lines.pop() ?? "");
      if (pending.length > LONGEST_LINE) throw unusable(list, "it has a line longer than any path");
      for (const line of lines) {
        const name = line.endsWith("\r") ? line.slice(0, -1) : line;
        if (name !== "") yield name;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, list: string): string {
  try {
    return decoder.decode(bytes, { stream: bytes.length > 0 });
  } catch {
    throw unusable(list, "it is not UTF-8");
  }
}

function openList(list: string): number {
  let fd: number;
  try {
    // Not to wait for a writer on a named pipe.
    fd = fs.openSync(list, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    throw unusable(list, systemCode(error) === "ENOENT" ? "there is no such file" : String(error), error);
  }
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  throw unusable(list, "it is not a file; it is read more than once, which a pipe cannot be");
}

function unusable(list: string, why: string, cause?: unknown): KnownError {
  return new KnownError("configuration", `cannot use the list of files ${showName(list)}: ${why}`, {
    cause,
    remedy: "write the names of files, relative to the folder, one a line",
  });
}
