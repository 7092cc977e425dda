import type { DatabaseSettings } from "../../config/settings.ts";
import { formatDuration } from "../../core/duration.ts";
import { KnownError } from "../../core/errors.ts";
import type { Server } from "../../ports/postgres.ts";

/**
 * Asks a server every `checkInterval` whether it answers a new client, and resolves with the cause once it has not for
 * `answerTimeout`; never when `signal` has aborted.
 */
export async function untilHung(
  server: Server,
  { name, checkInterval, answerTimeout }: DatabaseSettings,
  signal: AbortSignal,
): Promise<Error> {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const ask = async (): Promise<void> => {
    const answers = await server.answers(answerTimeout, signal).catch(() => true);
    if (signal.aborted) return;
    if (answers) {
      askLater();
      return;
    }
    const cause = `Postgres server of database "${name}" has answered no client for ${formatDuration(answerTimeout)}`;
    resolve(new KnownError("system", `${cause}: ${server.lastWords()}`));
  };
  let timer: Timer | undefined;
  const askLater = (): void => {
    timer = setTimeout(() => void ask(), checkInterval);
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  if (checkInterval > 0 && !signal.aborted) askLater();
  return await promise;
}
