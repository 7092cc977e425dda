import { closeSync, constants, openSync, writeSync } from "node:fs";

/** What the kubelet reads at most. */
const MAX_BYTES = 4096;

/**
 * Leaves the cause of an end for `kubectl describe pod`. The kubelet puts the file there: where it is missing or not ours to
 * write, nobody would read it, and nothing happens.
 */
export function writeTerminationMessage(path: string, message: string): void {
  const bytes = new Uint8Array(MAX_BYTES);
  // Whole characters only.
  const { written } = new TextEncoder().encodeInto(message, bytes);
  try {
    const fd = openSync(
      path,
      constants.O_WRONLY | constants.O_TRUNC | constants.O_NOCTTY | constants.O_NONBLOCK,
    );
    try {
      writeSync(fd, bytes, 0, written);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Outside Kubernetes, or a read-only file: the log has said it already.
  }
}
