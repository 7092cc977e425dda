import { onSignals } from "../adapters/signals.ts";
import { KnownError } from "../core/errors.ts";
import { signalName, STOP_SIGNALS_ALONE } from "../core/signals.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";

/** Whether this process was asked to stop, at any time since its participants listen to signals. */
export interface Stops {
  readonly asked: Promise<void>;
  /** Aborts when asked; for work that has no other way to hear of it. */
  readonly signal: () => AbortSignal;
  /** For participants: delivers to them, and takes note. */
  readonly signals: ParticipantDependencies["signals"];
}

/** Who was asked to stop while it had work to finish must not stay after it. */
export function noteStops(): Stops {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const note = (): void => {
    onSignals((signal) => {
      if (!STOP_SIGNALS_ALONE.includes(signal)) return;
      resolve();
      stopping.abort(new KnownError("stopped", `stopped by ${signalName(signal)}`));
    });
  };
  return {
    asked,
    signal: () => {
      note();
      return stopping.signal;
    },
    signals: (deliver) => {
      note();
      return onSignals(deliver);
    },
  };
}
