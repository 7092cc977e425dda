import { systemClock } from "../adapters/clock.ts";
import { onSignals } from "../adapters/signals.ts";
import { writeTerminationMessage } from "../adapters/termination-message.ts";
import type { CommonSettings } from "../config/settings.ts";
import { oneLine, toKnownError } from "../core/errors.ts";
import { STOP_SIGNALS_ALONE } from "../core/signals.ts";
import type { Log } from "../ports.ts";
import type { Ending } from "../roles/participant.ts";
import { composeLog } from "./compose.ts";
import { exitCodeOfError } from "./exit.ts";

export interface Life {
  readonly participant: string;
  readonly settings: CommonSettings;
  readonly warnings: readonly string[];
  /** How long to stay after success, in milliseconds; `Infinity` for ever, 0 not at all. */
  readonly linger: number;
  readonly live: (log: Log) => Promise<Ending>;
}

/** Lives one participant's life and returns its exit code; the cause of a failure is left for the kubelet. */
export async function live(life: Life): Promise<number> {
  const { participant, settings } = life;
  const log = composeLog(settings, participant);
  for (const warning of life.warnings) log.warn(warning);
  const leave = (cause: string): void =>
    writeTerminationMessage(settings.terminationMessagePath, `${participant} ${cause}\n`);
  try {
    const { exitCode, failure } = await life.live(log);
    if (failure !== undefined) {
      leave(`failed while ${failure.phase}: ${failure.cause} (exit code ${failure.exitCode})`);
    } else if (exitCode === 0 && life.linger > 0) {
      log.info("stays instead of exiting, as the settings ask");
      await linger(life.linger);
    }
    return exitCode;
  } catch (thrown) {
    const error = toKnownError(thrown);
    const exitCode = exitCodeOfError(error);
    log.error(oneLine(error), { exitCode, ...(error.kind === "bug" ? { error } : {}) });
    leave(`failed: ${oneLine(error)} (exit code ${exitCode})`);
    return exitCode;
  }
}

/** Resolves after `duration` milliseconds, or when asked to stop. */
async function linger(duration: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = onSignals((signal) => {
    if (STOP_SIGNALS_ALONE.includes(signal)) resolve();
  });
  const repeat = (): void => void systemClock.after(duration, duration === Infinity ? repeat : resolve);
  repeat();
  await promise;
  stop();
}
