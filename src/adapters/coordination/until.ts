import { join } from "node:path";
import { STATUS_FOLDER } from "./join.ts";
import { watchFolders } from "./watch.ts";

/** In case a change goes unnoticed. */
const POLL_MS = 500;

/**
 * Looks now, at every change in the coordination directory and twice a second, until `look` returns something. Undefined after
 * `timeout` milliseconds; `Infinity` waits for ever. `elapsed` is the time since the look before.
 */
export async function untilSeen<Seen>(
  directory: string,
  timeout: number,
  look: (elapsed: number) => Seen | undefined,
): Promise<Seen | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen | undefined>();
  const begun = performance.now();
  let before = begun;
  const lookNow = (): void => {
    const now = performance.now();
    try {
      const seen = look(now - before);
      before = now;
      if (seen !== undefined || now - begun >= timeout) resolve(seen);
    } catch (error) {
      reject(error);
    }
  };
  const everything = { concerns: () => true };
  const stopWatch = watchFolders(
    [
      { path: directory, ...everything },
      { path: join(directory, STATUS_FOLDER), ...everything },
    ],
    lookNow,
  );
  const timer = setInterval(lookNow, POLL_MS);
  lookNow();
  try {
    return await promise;
  } finally {
    clearInterval(timer);
    stopWatch();
  }
}
