import type { DatabaseSettings } from "../../config/settings.ts";
import type { Installation, Server, ServerRequest } from "../../ports/postgres.ts";

/** A cluster of an older major version, restored from a bundle. */
export interface OldCluster {
  readonly installation: Installation;
  readonly folder: string;
  readonly repo: string;
  readonly bundle: string;
}

/** Starts a server that nobody but us can reach. */
export type StartAlone = (
  installation: Installation,
  folder: string,
  suffix: "old" | "new",
) => Promise<Server>;

/** Runs something on a server, and stops it in an orderly way whatever comes of it. */
export async function withServer<Result>(
  start: Promise<Server>,
  use: (server: Server) => Promise<Result>,
): Promise<Result> {
  const server = await start;
  try {
    return await use(server);
  } finally {
    await server.stop("fast");
  }
}

export function aloneRequest(
  settings: DatabaseSettings,
  installation: Installation,
  folder: string,
  suffix: "old" | "new",
): ServerRequest {
  return {
    installation,
    folder,
    name: `${settings.name}.${suffix}`,
    port: settings.port,
    listenAddress: "",
    authentication: "trust",
    parameters: [],
    startTimeout: settings.serverStartTimeout,
    stopTimeout: settings.serverStopTimeout,
  };
}
