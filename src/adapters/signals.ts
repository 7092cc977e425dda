import { HANDLED_SIGNALS, SIGNALS } from "../core/signals.ts";

/** Delivers the numbers of the signals a participant reacts to, until the returned function is called. */
export function onSignals(deliver: (signal: number) => void): () => void {
  const handlers = HANDLED_SIGNALS.map((name) => {
    const handler = (): void => deliver(SIGNALS[name]);
    process.on(name, handler);
    return { name, handler };
  });
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler);
  };
}
