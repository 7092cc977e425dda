import { systemClock } from "../adapters/clock.ts";
import { writeTerminationMessage } from "../adapters/termination-message.ts";
import type { CommonSettings } from "../config/settings.ts";
import { oneLine, toKnownError } from "../core/errors.ts";
import { EXIT_CODES } from "../core/exit-codes.ts";
import type { Log } from "../ports.ts";
import type { Ending } from "../roles/participant.ts";
import { composeLog } from "./compose.ts";
import { exitCodeOfError } from "./exit.ts";
import type { Stops } from "./stops.ts";

/** How one participant of this process ended. */
export interface Ended {
  readonly exitCode: number;
  /** One line for the kubelet, when it failed. */
  readonly message: string | undefined;
}

/** Lives one participant's life; whatever is thrown on the way is a failure of that participant. Never rejects. */
export async function live(
  participant: string,
  settings: CommonSettings,
  life: (log: Log) => Promise<Ending>,
): Promise<Ended> {
  const log = composeLog(settings, participant);
  try {
    const { exitCode, failure } = await life(log);
    if (failure === undefined) return { exitCode, message: undefined };
    const message = `${participant} failed while ${failure.phase}: ${failure.cause} (exit code ${exitCode})`;
    return { exitCode, message };
  } catch (thrown) {
    const error = toKnownError(thrown);
    const exitCode = exitCodeOfError(error);
    log.error(oneLine(error), { exitCode, ...(error.kind === "bug" ? { error } : {}) });
    return { exitCode, message: `${participant} failed: ${oneLine(error)} (exit code ${exitCode})` };
  }
}

/**
 * The exit code of a process from the ends of its participants: of several failures the one that is not the echo of another.
 * It is left for the kubelet. After success the process stays for `linger` milliseconds when the settings ask for it.
 */
export async function conclude(
  settings: CommonSettings,
  ends: readonly Ended[],
  linger: number,
  stops: Stops,
): Promise<number> {
  const failed = ends.filter(({ exitCode, message }) => exitCode !== 0 || message !== undefined);
  const first = failed.find(({ exitCode }) => exitCode !== EXIT_CODES.peer) ?? failed[0];
  if (first !== undefined) {
    if (first.message !== undefined) writeTerminationMessage(settings.terminationMessagePath, first.message);
    return first.exitCode;
  }
  if (linger > 0) await stay(linger, stops);
  return 0;
}

/** Resolves after `duration` milliseconds, `Infinity` being for ever, or when asked to stop. */
async function stay(duration: number, { asked }: Stops): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const repeat = (): void => void systemClock.after(duration, duration === Infinity ? repeat : resolve);
  repeat();
  await Promise.race([asked, over]);
}
