/** What the `datamon` command prints, version 2.6.9: results on stdout, a JSON log on stderr. */

/** A KSUID in base 62: the form of every bundle id. */
const BUNDLE_ID = /^[0-9A-Za-z]{27}$/;
const ID_IN_TEXT = /(?<![0-9A-Za-z])[0-9A-Za-z]{27}(?![0-9A-Za-z])/;
const UPLOADED = "Uploaded bundle id";

/** Exit code of `label get` and `bundle get` for what does not exist, and of a Go panic. */
export const EXIT_NOT_FOUND = 2;

export function isBundleId(text: string): boolean {
  return BUNDLE_ID.test(text);
}

/**
 * The id a line of `bundle upload` tells: the result line on stdout, or (the only place when the label failed
 * after a good upload) the JSON log on stderr, whose fields are not relied on beyond the message.
 */
export function uploadedIdIn(line: string): string | undefined {
  const at = line.indexOf(UPLOADED);
  if (at === -1) return undefined;
  return ID_IN_TEXT.exec(line.slice(at + UPLOADED.length))?.[0] ?? ID_IN_TEXT.exec(line)?.[0];
}

/** The bundle a line of `label get` names: `NAME , BUNDLEID , TIMESTAMP`. */
export function labelledIdIn(line: string, label: string): string | undefined {
  const start = `${label} , `;
  if (!line.startsWith(start)) return undefined;
  const id = line.slice(start.length).split(" , ", 1)[0]?.trim();
  return id !== undefined && isBundleId(id) ? id : undefined;
}

/** The bundle whose descriptor a download left in `.datamon/`, by the names in that folder. */
export function downloadedIdIn(names: readonly string[]): string | undefined {
  const ids = names.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -".yaml".length));
  const [id, ...others] = ids.filter(isBundleId);
  return others.length === 0 ? id : undefined;
}

/** The file lists of a bundle that a download left in `.datamon/`, in their order. */
export function fileListsIn(names: readonly string[], id: string): string[] {
  const index = (name: string): number => Number(name.slice(`${id}-bundle-files-`.length, -".yaml".length));
  return names
    .filter((name) => name.startsWith(`${id}-bundle-files-`) && /-\d+\.yaml$/.test(name))
    .toSorted((a, b) => index(a) - index(b));
}

/** The last lines that tell a person something, without empty ones, at most `count`. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-count);
}
