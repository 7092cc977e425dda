import { expect, test } from "bun:test";
import { onSignals } from "../../src/adapters/signals.ts";

test("signals are delivered by number until that is ended", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = onSignals(resolve);
  process.kill(process.pid, "SIGHUP");
  expect(await promise).toBe(1);
  const before = process.listenerCount("SIGTERM");
  stop();
  expect(process.listenerCount("SIGTERM")).toBe(before - 1);
});
