/** Variables as a process holds them; `undefined` stands for absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

const OWN = "DATAMON_SIDECAR_";
const HIDDEN = `${OWN}HIDDEN_`;

/**
 * The environment of a child process: variables that the launcher hid from Bun (`DATAMON_SIDECAR_HIDDEN_X`)
 * get their name `X` back and win over an `X` that was set since; the launcher's own variables are left out.
 */
export function childEnvironment(ours: Environment): Record<string, string> {
  const theirs: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && !name.startsWith(OWN)) theirs[name] = value;
  }
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && name.startsWith(HIDDEN)) theirs[name.slice(HIDDEN.length)] = value;
  }
  return theirs;
}
