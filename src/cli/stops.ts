import { onSignals } from "../adapters/signals.ts";
import { STOP_SIGNALS_ALONE } from "../core/signals.ts";
import type { ParticipantDependencies } from "../roles/participant.ts";

/** Whether this process was asked to stop, at any time since its participants listen to signals. */
export interface Stops {
  readonly asked: Promise<void>;
  /** For participants: delivers to them, and takes note. */
  readonly signals: ParticipantDependencies["signals"];
}

/** Who was asked to stop while it had work to finish must not stay after it. */
export function noteStops(): Stops {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  return {
    asked,
    signals: (deliver) => {
      onSignals((signal) => {
        if (STOP_SIGNALS_ALONE.includes(signal)) resolve();
      });
      return onSignals(deliver);
    },
  };
}
