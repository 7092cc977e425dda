import { chmod, lchown, lstat, mkdir, rm } from "node:fs/promises";
import { KnownError } from "../../core/errors.ts";
import { LONGEST_SOCKET_PATH, socketPath } from "../../core/postgres/arguments.ts";
import { runtimeFolder } from "../../core/postgres/runtime-folder.ts";
import type { Identity } from "../processes.ts";

/**
 * A folder that the server's user alone can enter. What an earlier attempt left in it stays.
 * Errors: `system` when somebody else has made something of that name.
 */
export async function privateFolder(
  runtimeDirectory: string,
  server: string,
  identity: Identity | undefined,
): Promise<string> {
  const folder = runtimeFolder(runtimeDirectory, server);
  // The server's user must be able to pass through the directory, which may be root's.
  await mkdir(runtimeDirectory, { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const ours = [process.geteuid?.(), identity?.uid].includes(found.uid);
  if (!found.isDirectory() || !ours) {
    throw new KnownError(
      "system",
      `cannot use "${folder}" for sockets: somebody else has made it (user ${found.uid})`,
      {
        remedy: "set runtimeDirectory to a folder that nobody else writes to",
      },
    );
  }
  await chmod(folder, 0o700);
  if (identity !== undefined) await lchown(folder, identity.uid, identity.gid);
  return folder;
}

/**
 * The folder of a server's socket, without the socket of a server that is gone.
 * Errors: `configuration` when the socket's path would be too long.
 */
export async function socketFolderFor(
  runtimeDirectory: string,
  { name, port }: { readonly name: string; readonly port: number },
  identity: Identity | undefined,
): Promise<string> {
  const socket = socketPath(runtimeFolder(runtimeDirectory, name), port);
  const length = Buffer.byteLength(socket);
  if (length > LONGEST_SOCKET_PATH) {
    throw new KnownError(
      "configuration",
      `cannot make the socket "${socket}": a socket's path may have ${LONGEST_SOCKET_PATH} bytes, this one has ${length}`,
      { remedy: "set runtimeDirectory to a shorter path" },
    );
  }
  const folder = await privateFolder(runtimeDirectory, name, identity);
  // The lock names a process id, which in a new container is somebody else's.
  await rm(socket, { force: true });
  await rm(`${socket}.lock`, { force: true });
  return folder;
}
