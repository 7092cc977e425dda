import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileListsIn } from "../../../core/datamon-output.ts";

export interface Measure {
  readonly files: number;
  readonly bytes: number;
}

/** Files below a folder and their bytes. What vanishes meanwhile is not counted. */
export async function measureFolder(
  folder: string,
  leaveOut: ReadonlySet<string> = new Set(),
): Promise<Measure> {
  let files = 0;
  let bytes = 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (leaveOut.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inner = await measureFolder(path);
      files += inner.files;
      bytes += inner.bytes;
      continue;
    }
    files += 1;
    bytes += await lstat(path).then(
      (stat) => stat.size,
      () => 0,
    );
  }
  return { files, bytes };
}

/** The files below `folder` that a list names, one a line, as `--files` of an upload takes it. */
export async function measureListed(folder: string, list: string): Promise<Measure> {
  const text = await readFile(list, "utf8").catch(() => "");
  const names = text.split("\n").filter((name) => name !== "");
  let bytes = 0;
  for (const name of names) bytes += (await lstat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  return { files: names.length, bytes };
}

/**
 * What a bundle holds by the file lists that a download leaves in `.datamon/`: an estimate for progress alone, so
 * sizes are picked out of the text. Zero while there are no lists.
 */
export async function measureFileLists(metadata: string, id: string): Promise<Measure> {
  let files = 0;
  let bytes = 0;
  const names = await readdir(metadata).catch(() => []);
  for (const name of fileListsIn(names, id)) {
    const text = await readFile(join(metadata, name), "utf8").catch(() => "");
    for (const match of text.matchAll(/^ +size: (\d+)$/gm)) {
      files += 1;
      bytes += Number(match[1]);
    }
  }
  return { files, bytes };
}
