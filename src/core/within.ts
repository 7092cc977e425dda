/** Whether `path` is `folder` or lies in it; both absolute, and without `.`, `..` or a slash at the end. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}
