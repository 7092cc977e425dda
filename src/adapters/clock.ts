import type { Clock } from "../ports.ts";

/** Longest delay setTimeout takes: 2^31 - 1 ms, about 25 days. */
const MAX_DELAY_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date().toISOString(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, Math.min(delay, MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
