import { createServer } from "node:net";
import { KnownError, systemCode } from "../../core/errors.ts";
import { reachableAt } from "../../core/postgres/access.ts";

/** Errors: `configuration` when `port` cannot be listened on at `address`: taken, or forbidden. */
export async function checkPort(address: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: reachableAt(address), exclusive: true }, resolve);
    });
  } catch (error) {
    const why = systemCode(error) === "EADDRINUSE" ? "somebody listens there already" : String(error);
    throw new KnownError("configuration", `cannot listen on port ${port} of "${address}": ${why}`, {
      cause: error,
      remedy: "give this database another port",
    });
  } finally {
    server.close();
  }
}
