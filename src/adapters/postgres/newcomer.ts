import { connect } from "node:net";
import type { Milliseconds } from "../../ports.ts";
import { query, sqlstateOf, type Target } from "./session.ts";

/** How soon a connection that came to nothing is tried again. */
const AGAIN_MS = 200;
const GREETING_MS = 2000;

/**
 * Whether a server deals with a newcomer. An error with an SQLSTATE is an answer: too many clients, in recovery, shutting down.
 * When no query is answered in time, a server that still greets is not hung either: a lock of the application on the
 * catalogs keeps everybody waiting.
 * Errors: `stopped`.
 */
export async function answersNewcomers(
  target: Target,
  timeout: Milliseconds,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeout;
  for (let left = timeout; left > 0; left = deadline - performance.now()) {
    const answered = await query(target, "SELECT 1", { timeout: left, signal }).then(
      () => true,
      (error: unknown) => sqlstateOf(error) !== undefined,
    );
    if (answered) return true;
    signal.throwIfAborted();
    await Bun.sleep(AGAIN_MS);
  }
  return await greets(target, Math.min(timeout, GREETING_MS));
}

/**
 * The SSLRequest message: its length, and a code in place of a protocol version. Whatever the server thinks of TLS, it says one
 * byte, before it looks at anything of ours: https://www.postgresql.org/docs/15/protocol-flow.html#id-1.10.6.7.12
 */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

async function greets(target: Target, timeout: Milliseconds): Promise<boolean> {
  const place = target.type === "tcp" ? { host: target.address, port: target.port } : { path: target.path };
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(place, () => socket.write(SSL_REQUEST));
  socket.once("data", () => resolve(true));
  socket.once("error", () => resolve(false));
  socket.once("close", () => resolve(false));
  const timer = setTimeout(() => resolve(false), timeout);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
