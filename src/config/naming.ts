/** One key has three spellings: `coordPoint` in files, `--coord-point` as a flag, `SIDECAR_COORD_POINT` as a variable. */

export const VARIABLE_PREFIX = "SIDECAR_";

/** `coordPoint` → `coord-point`. */
export function kebabCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `coord-point` → `coordPoint`. */
export function camelCase(kebab: string): string {
  return kebab.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `coordPoint` → `COORD_POINT`; also the part of a variable that names a bundle: `my-src` → `MY_SRC`. */
export function upperSnakeCase(name: string): string {
  return kebabCase(name)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "_");
}

export function flagOf(key: string): string {
  return `--${kebabCase(key)}`;
}

export function variableOf(key: string): string {
  return `${VARIABLE_PREFIX}${upperSnakeCase(key)}`;
}
