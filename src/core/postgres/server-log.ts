/** How bad a line of the server's log is; undefined for a continuation line. */
export function severityOf(line: string): string | undefined {
  return /\b(DEBUG\d|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|HINT|DETAIL|STATEMENT|CONTEXT): {2}/.exec(
    line,
  )?.[1];
}

/** What a client hears that comes too early or too late: no cause of anything. */
const TURNED_AWAY =
  /FATAL: {2}the database system is (starting up|shutting down|in recovery mode|not yet accepting)/;

/** The last lines of a server, in one cause: from the first FATAL or PANIC among them, if there is one. */
export function causeFrom(lines: readonly string[], most = 8): string {
  const told = lines.filter((line) => line.trim() !== "" && !TURNED_AWAY.test(line));
  const fatal = told.findIndex((line) => ["FATAL", "PANIC"].includes(severityOf(line) ?? ""));
  const from = fatal === -1 ? told.slice(-most) : told.slice(fatal, fatal + most);
  return from.map((line) => line.trim()).join(" | ");
}

/** The line with which a server says that it lets clients in. */
export function saysReady(line: string): boolean {
  return line.endsWith("database system is ready to accept connections");
}

/** The line with which a postmaster begins again because one of its processes crashed. */
export function saysCrashed(line: string): boolean {
  return line.endsWith("all server processes terminated; reinitializing");
}
