/** A parameter in `postgresql.auto.conf` or `postgresql.conf`, with its line. */
export interface SystemSetting {
  readonly name: string;
  readonly line: string;
}

/** The parameters of such a file; comments and blank lines are left out. */
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

/** Names of the parameters that one `postgresql.conf` sets and another does not, or not to the same value. */
export function settingsLeftBehind(old: string, current: string): readonly string[] {
  const kept = new Set(systemSettings(current).map(plain));
  const left = systemSettings(old).filter((setting) => !kept.has(plain(setting)));
  return [...new Set(left.map(({ name }) => name))];
}

/** A line without its comment, and as if it were written with `=`. */
function plain({ line }: SystemSetting): string {
  const setting = line.replace(/\s*#[^']*$/, "").trim();
  return setting.replace(/\s*=\s*|\s+/, "=");
}
