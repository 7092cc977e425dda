import { lchown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";
import { closedAccess, reachableAt, servingAccess } from "../../core/postgres/access.ts";
import { serverArguments, socketPath } from "../../core/postgres/arguments.ts";
import { saysCrashed, saysReady, severityOf } from "../../core/postgres/server-log.ts";
import { MAINTENANCE_ROLE, setPassword } from "../../core/postgres/sql.ts";
import type { Log } from "../../ports.ts";
import type { Server, ServerRequest } from "../../ports/postgres.ts";
import type { SpawnSupervised } from "../processes.ts";
import { ownerOf } from "./identity.ts";
import { untilAnswers } from "./readiness.ts";
import { RunningServer } from "./running-server.ts";
import { socketFolderFor } from "./runtime.ts";
import { scramVerifier } from "./scram.ts";
import { query, type Target } from "./session.ts";
import { postgresEnvironment } from "./tool.ts";

export interface ServerParts {
  readonly spawn: SpawnSupervised;
  readonly env: Environment;
  readonly log: Log;
  /** Writable folder for sockets and access files. */
  readonly runtimeDirectory: string;
}

/**
 * Starts `postgres` itself as our child, not through `pg_ctl`: we see it end, and its log comes to us. Returns when it has
 * answered a query over TCP (over its socket when it does not listen).
 * Errors: `configuration` (socket path too long), `system` with the server's last words, `stopped`.
 */
export async function startServer(
  parts: ServerParts,
  request: ServerRequest,
  signal: AbortSignal,
): Promise<Server> {
  signal.throwIfAborted();
  const { log } = parts;
  const identity = await ownerOf(request.folder);
  const socketFolder = await socketFolderFor(parts.runtimeDirectory, request, identity);
  const accessFile = join(socketFolder, "pg_hba.conf");
  const writeAccess = async (text: string): Promise<void> => {
    await writeFile(accessFile, text, { mode: 0o600 });
    if (identity !== undefined) await lchown(accessFile, identity.uid, identity.gid);
  };
  await writeAccess(servingAccess(request.authentication));

  const hint = Promise.withResolvers<void>();
  const crash = Promise.withResolvers<void>();
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    if (lines.length > 40) lines.shift();
    if (saysReady(line)) hint.resolve();
    if (saysCrashed(line)) crash.resolve();
    // An application may provoke errors by the thousand; what ends the server is told by `died`.
    log[severityOf(line) === "PANIC" ? "error" : "debug"](`postgres: ${line}`, { database: request.name });
  };
  const child = await parts.spawn(
    join(request.installation.binDir, "postgres"),
    serverArguments({ ...request, socketFolder, accessFile }),
    {
      env: postgresEnvironment(parts.env),
      cwd: request.folder,
      onLine,
      ...(identity === undefined ? {} : { identity }),
    },
  );
  const socket: Target = { type: "socket", path: socketPath(socketFolder, request.port) };
  const tcp: Target | undefined =
    request.listenAddress === ""
      ? undefined
      : {
          type: "tcp",
          address: reachableAt(request.listenAddress),
          port: request.port,
          ...(request.password === undefined ? {} : { password: request.password }),
        };
  const server = new RunningServer({
    child,
    name: request.name,
    stopTimeout: request.stopTimeout,
    lines: () => lines,
    socketFolder,
    port: request.port,
    tcp,
    closeAccess: () => writeAccess(closedAccess()),
  });
  try {
    await becomeReady(server, request, { socket, tcp }, { hint: hint.promise, crash: crash.promise }, signal);
    return server;
  } catch (error) {
    await server.stop("immediate");
    throw error;
  }
}

async function becomeReady(
  server: RunningServer,
  request: ServerRequest,
  { socket, tcp }: { readonly socket: Target; readonly tcp: Target | undefined },
  { hint, crash }: { readonly hint: Promise<void>; readonly crash: Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { promise: hopeless, reject } = Promise.withResolvers<never>();
  hopeless.catch(() => undefined);
  void server.died.then(reject);
  // A server that crashes before it ever answered would begin again for ever.
  void crash.then(() =>
    reject(
      new KnownError(
        "system",
        `cannot serve database "${request.name}": its server crashes: ${server.lastWords()}`,
      ),
    ),
  );
  const stop = (): void =>
    reject(
      signal.reason instanceof KnownError ? signal.reason : new KnownError("stopped", "stopped on request"),
    );
  signal.addEventListener("abort", stop, { once: true });
  const deadline = request.startTimeout === 0 ? undefined : performance.now() + request.startTimeout;
  const answers = async (target: Target): Promise<void> => {
    if (await untilAnswers(() => query(target, "SELECT 1"), { hint, hopeless, deadline })) return;
    throw new KnownError(
      "system",
      `cannot serve database "${request.name}": no answer on port ${request.port} within ${request.startTimeout} ms: ${server.lastWords()}`,
      { remedy: "give it more time (serverStartTimeout) if it is still recovering" },
    );
  };
  try {
    if (request.password !== undefined) {
      await answers(socket);
      await query(socket, setPassword(MAINTENANCE_ROLE, scramVerifier(request.password)));
    }
    await answers(tcp ?? socket);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
