import type { Problem } from "./problems.ts";

/** A node of a settings file: every value is the text its author wrote, whatever YAML would make of it. */
export type FileNode =
  | { readonly type: "text"; readonly text: string; readonly line: number }
  | { readonly type: "empty"; readonly line: number }
  | { readonly type: "list"; readonly items: readonly FileNode[]; readonly line: number }
  | { readonly type: "map"; readonly entries: readonly FileEntry[]; readonly line: number };

export interface FileEntry {
  readonly key: string;
  readonly line: number;
  readonly value: FileNode;
}

/**
 * A settings file as `readYaml(name, text)` of `yaml.ts` hands it over, with the problems found in reading.
 * Reading is apart from parsing so that a role without a file never loads the YAML library.
 */
export interface SettingsFile {
  readonly name: string;
  readonly root: FileNode;
  readonly problems: readonly Problem[];
}

/** How a node is spoken of in an error. */
export const NODE_NAMES = {
  text: "a single value",
  empty: "empty",
  list: "a list",
  map: "a mapping",
} as const satisfies Record<FileNode["type"], string>;

/** Where a node is, for errors: `job.yaml:12`. */
export function placeOf(file: SettingsFile, at: { readonly line: number }): string {
  return `${file.name}:${at.line}`;
}
