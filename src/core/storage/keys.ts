/**
 * Where things are kept: object keys of datamon's storage model (pkg/model/paths.go of datamon v2.6.9), and
 * the names a download leaves behind in `.datamon/`.
 */

/** The folder at the top of a download that says which bundle it is. */
export const RECORD_FOLDER = ".datamon";

/** Folders at the top of an upload that are datamon's own and never part of a bundle. */
export const RESERVED_FOLDERS: readonly string[] = [RECORD_FOLDER, ".conflicts", ".checkpoints"];

export const contextKey = (context: string) => `contexts/${context}/context.yaml`;

export const reposPrefix = "repos/";
export const repoKey = (repo: string) => `${reposPrefix}${repo}/repo.yaml`;

export const bundlesPrefix = (repo: string) => `bundles/${repo}/`;
export const bundleKey = (repo: string, id: string) => `${bundlesPrefix(repo)}${id}/bundle.yaml`;
export const fileListKey = (repo: string, id: string, index: number) =>
  `${bundlesPrefix(repo)}${id}/bundle-files-${index}.yaml`;

export const labelsPrefix = (repo: string) => `labels/${repo}/`;
export const labelKey = (repo: string, label: string) => `${labelsPrefix(repo)}${label}/label.yaml`;

export const recordName = (id: string) => `${id}.yaml`;
export const listRecordName = (id: string, index: number) => `${id}-bundle-files-${index}.yaml`;

/** Ours: the descriptor while its download is not complete; renamed to `recordName` as the last step of all. */
export const unfinishedRecordName = (id: string) => `${id}.yaml.unfinished`;

/** Ours: a file on its way, named by its place in the file lists, so that the next attempt finds it again. */
export const partName = (id: string, list: number, entry: number) => `${id}-part-${list}-${entry}`;

/** Whether a name in `.datamon/` belongs to the download of bundle `id`. */
export function isRecordOf(id: string, name: string): boolean {
  if (!name.startsWith(id)) return false;
  return /^(\.yaml|\.yaml\.unfinished|-bundle-files-\d+\.yaml|-part-\d+-\d+)$/.test(name.slice(id.length));
}

/**
 * What is wrong with the name of a repository, label, context or bucket, or nothing. It becomes one segment of
 * a key: a slash would move it elsewhere (datamon's own listing breaks on a label with one).
 */
export function segmentFault(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.includes("/")) return "it holds a slash";
  if (name === "." || name === "..") return "it is a way through folders, not a name";
  if (/\p{Cc}/u.test(name)) return "it holds a control character";
  if (name.startsWith(".")) return "it starts with a dot";
  return name.length > 200 ? "it is longer than 200 characters" : undefined;
}
