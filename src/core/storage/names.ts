import { RECORD_FOLDER } from "./keys.ts";

/** Linux: PATH_MAX less the terminating NUL, and NAME_MAX, both in bytes. */
const LONGEST_PATH = 4095;
const LONGEST_SEGMENT = 255;

/**
 * What is wrong with the name of a file in a bundle, or nothing. A bundle is untrusted: a good name has plain
 * segments only, so that it can only lead downwards from the folder it is joined to.
 */
export function nameFault(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.length > LONGEST_PATH || bytes(name) > LONGEST_PATH)
    return `it is longer than ${LONGEST_PATH} bytes`;
  if (name.includes("\0")) return "it holds a NUL byte";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  if (name.startsWith("/")) return "it is an absolute path";
  const segments = name.split("/");
  if (segments[0] === RECORD_FOLDER) return `${RECORD_FOLDER} at the top belongs to the download itself`;
  for (const segment of segments) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..") return `it has a segment ${JSON.stringify(segment)}`;
    if (bytes(segment) > LONGEST_SEGMENT) return `it has a segment longer than ${LONGEST_SEGMENT} bytes`;
  }
  return undefined;
}

/** A name as it may stand in a message: quoted, control characters escaped, the middle of a giant one left out. */
export function showName(name: string): string {
  const shown = name.length > 200 ? `${name.slice(0, 120)}…${name.slice(-60)}` : name;
  return JSON.stringify(shown);
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
