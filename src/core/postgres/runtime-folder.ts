/**
 * The folder below the runtime directory that holds the socket of one server, and nothing of anybody else's: the runtime
 * directory may be `/tmp`, and a database may be named like anything in it.
 */
export function runtimeFolder(runtimeDirectory: string, server: string): string {
  return `${runtimeDirectory.replace(/\/+$/, "")}/datamon-sidecar-${server}`;
}
