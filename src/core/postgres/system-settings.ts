/** A parameter that `ALTER SYSTEM` left in `postgresql.auto.conf`, with its line as the server wrote it. */
export interface SystemSetting {
  readonly name: string;
  readonly line: string;
}

/** The parameters of a `postgresql.auto.conf`; comments and blank lines are left out. */
export function systemSettings(text: string): readonly SystemSetting[] {
  return text.split("\n").flatMap((line) => {
    const name = /^\s*([A-Za-z_][\w.]*)\s*=?/.exec(line)?.[1];
    return name === undefined ? [] : [{ name: name.toLowerCase(), line }];
  });
}

/**
 * What of it another major version can take over: parameters it has, and those of extensions (with a dot), which no server
 * knows before the extension is loaded.
 */
export function portableSettings(
  settings: readonly SystemSetting[],
  known: ReadonlySet<string>,
): { readonly text: string; readonly dropped: readonly string[] } {
  const isPortable = ({ name }: SystemSetting): boolean => known.has(name) || name.includes(".");
  return {
    text: settings
      .filter(isPortable)
      .map(({ line }) => `${line}\n`)
      .join(""),
    dropped: settings.filter((setting) => !isPortable(setting)).map(({ name }) => name),
  };
}
