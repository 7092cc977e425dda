import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError } from "../../core/errors.ts";
import {
  CLIENTS,
  CONNECTABLE_DATABASES,
  PREPARED_TRANSACTIONS,
  TABLESPACES,
  TERMINATE_ALL,
  TERMINATE_IDLE,
  vacuumCommand,
} from "../../core/postgres/sql.ts";
import type { WorkloadReporter } from "../../ports.ts";
import type { ClusterFiles, QueryOptions, Row, Server } from "../../ports/postgres.ts";
import { type PostgresDependencies, titleOf } from "./dependencies.ts";

const POLL_MS = 25;
/** A terminated backend that does not end in this time is left to the shutdown, which ends it in its own way. */
const TERMINATED_MS = 5000;

/**
 * Empties the server of clients: nobody new comes in, idle sessions end at once, busy ones have `clientTimeout` to finish.
 * The application is done by now, so whoever is still here was forgotten.
 * Errors: `system`, with `late` in its details when the server does not answer us in time; `stopped`.
 */
export async function dismissClients(
  settings: DatabaseSettings,
  { log }: PostgresDependencies,
  server: Server,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<void> {
  reporter.doing(`waiting for the clients of ${titleOf(settings)} to leave`);
  const within = { signal, timeout: settings.answerTimeout };
  await server.refuseClients(within);
  const leaveBy = performance.now() + settings.clientTimeout;
  for (;;) {
    await server.query(TERMINATE_IDLE, within);
    const clients = await server.query(CLIENTS, within);
    if (clients.length === 0) return;
    if (performance.now() >= leaveBy) {
      log.warn("ending sessions that did not leave", {
        database: settings.name,
        sessions: clients.map(inWords).join("; "),
      });
      break;
    }
    await pause(signal);
  }
  await server.query(TERMINATE_ALL, within);
  const endedBy = performance.now() + TERMINATED_MS;
  while ((await server.query(CLIENTS, within)).length > 0 && performance.now() < endedBy) await pause(signal);
}

/**
 * Why the cluster must not be archived, if it must not: transactions prepared for a commit that nobody would give, tablespaces
 * outside.
 */
export async function obstacle(
  settings: DatabaseSettings,
  server: Server,
  files: ClusterFiles,
  signal: AbortSignal,
): Promise<KnownError | undefined> {
  const within = { signal, timeout: settings.answerTimeout };
  const prepared = await preparedTransactions(server, within);
  if (prepared !== undefined) {
    return new KnownError(
      "system",
      `cannot archive ${titleOf(settings)}: transactions are prepared and neither committed nor rolled back: ${prepared}`,
      { remedy: "let the application end them with COMMIT PREPARED or ROLLBACK PREPARED" },
    );
  }
  const outside = await tablespacesOutside(server, files, within);
  return outside.length === 0 ? undefined : outsideFolder(settings, outside);
}

/** The prepared transactions by name, with owner and database; undefined when there is none. */
export async function preparedTransactions(
  server: Server,
  options: QueryOptions,
): Promise<string | undefined> {
  const rows = await server.query(PREPARED_TRANSACTIONS, options);
  if (rows.length === 0) return undefined;
  return rows.map(({ gid, owner, database }) => `"${gid}" of ${owner} in ${database}`).join(", ");
}

/** Names of the tablespaces whose files are not in the data folder. */
export async function tablespacesOutside(
  server: Server,
  files: ClusterFiles,
  options: QueryOptions,
): Promise<readonly string[]> {
  const outside: string[] = [];
  for (const { name, oid } of await server.query(TABLESPACES, options)) {
    if (!(await files.isFolder(`pg_tblspc/${oid}`))) outside.push(`tablespace "${name}"`);
  }
  return outside;
}

/** What lies outside the data folder is in no bundle. */
export function outsideFolder(settings: DatabaseSettings, names: readonly string[]): KnownError {
  return new KnownError(
    "configuration",
    `cannot archive ${titleOf(settings)} as a bundle: parts of it lie outside its data folder: ${names.join(", ")}`,
    { remedy: "move everything into pg_default (ALTER TABLE … SET TABLESPACE) and drop the tablespaces" },
  );
}

/**
 * VACUUM of each database, if wanted, and everything onto the disk, so that the shutdown has little left to write. Both are
 * economies and no promises: what takes too long is left, and the shutdown writes what there is to write in any case.
 * Errors: `system` when the server refuses, `stopped`.
 */
export async function compact(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  server: Server,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<void> {
  const within = { signal, timeout: settings.answerTimeout };
  const command = vacuumCommand(settings.vacuum);
  const vacuumedBy = performance.now() + settings.vacuumTimeout;
  const rows = command === undefined ? [] : await server.query(CONNECTABLE_DATABASES, within);
  for (const { name } of rows) {
    const database = String(name);
    reporter.doing(`${command} of "${database}" in ${titleOf(settings)}`);
    const timeout = Math.max(1, vacuumedBy - performance.now());
    const left = { database: settings.name, in: database, milliseconds: settings.vacuumTimeout };
    const vacuum = server.query(String(command), { database, signal, timeout });
    if (!(await inTime(vacuum))) {
      dependencies.log.warn(
        "VACUUM takes too long and is left: the bundle is larger than it has to be",
        left,
      );
      break;
    }
  }
  reporter.doing(`writing ${titleOf(settings)} to disk`);
  const checkpoint = server.query("CHECKPOINT", { signal, timeout: settings.serverStopTimeout });
  if (!(await inTime(checkpoint))) {
    const { name: database, serverStopTimeout: milliseconds } = settings;
    dependencies.log.warn("CHECKPOINT takes too long, the shutdown has to do it", { database, milliseconds });
  }
}

/** Whether a query was answered before its time was up. */
async function inTime(query: Promise<unknown>): Promise<boolean> {
  try {
    await query;
    return true;
  } catch (error) {
    if (isLate(error)) return false;
    throw error;
  }
}

/** Whether a query failed because it was not answered in time. */
export function isLate(error: unknown): boolean {
  return error instanceof KnownError && error.details?.["late"] === true;
}

function inWords(row: Row): string {
  const application = row["application"] === "" ? "" : ` (${row["application"]})`;
  return `${row["role"]} in ${row["database"]}${application}: ${row["state"]}`;
}

/** Backends end without telling us: looking again is all there is. */
async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
