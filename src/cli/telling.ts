import { writeTerminationMessage } from "../adapters/termination-message.ts";
import { toKnownError } from "../core/errors.ts";

/** Where the kubelet looks unless the pod says otherwise. */
const DEFAULT_PATH = "/dev/termination-log";

/**
 * Leaves for the kubelet why a participant could not even begin: its settings are wrong. Only for what is a container's main
 * program: a command somebody runs beside it must not overwrite that one's words.
 */
export async function telling(begin: () => Promise<number>): Promise<number> {
  try {
    return await begin();
  } catch (error) {
    const path = process.env["SIDECAR_TERMINATION_MESSAGE_PATH"] ?? DEFAULT_PATH;
    writeTerminationMessage(path, toKnownError(error).message);
    throw error;
  }
}
