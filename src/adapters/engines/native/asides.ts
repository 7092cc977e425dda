import type { NativeUploaded } from "./upload.ts";

/** What people should hear of an upload beside that it is done, a line each. */
export function asides({ adopted, emptyFolders, reserved, links }: NativeUploaded): string[] {
  return [
    ...(adopted ? ["the bundle was there already, complete"] : []),
    ...reserved.map((name) => `skipped ${name}: datamon's own`),
    ...(emptyFolders > 0 ? [`left out ${emptyFolders} empty folder(s): a bundle holds files only`] : []),
    ...(links > 0 ? [`stored ${links} symbolic link(s) as the files they lead to`] : []),
  ];
}

/** What the bundle does not hold although the folder has it, a line each, and their number last. */
export function leftOut({ id, skipped, skippedNames }: NativeUploaded): string[] {
  if (skipped === 0) return [];
  const unnamed = skipped > skippedNames.length ? [`left out ${skipped - skippedNames.length} more`] : [];
  return [
    ...skippedNames.map((name) => `left out ${name}`),
    ...unnamed,
    `bundle ${id} is without ${skipped} file(s) or folder(s) that cannot be read or stored, as --skip-on-error asks`,
  ];
}
