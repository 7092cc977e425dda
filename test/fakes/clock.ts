import type { Clock } from "../../src/ports.ts";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets time pass, calling back whatever falls due on the way, in order. */
  advance(milliseconds: number): void;
}

export function createFakeClock(): FakeClock {
  let now = 0;
  let count = 0;
  const due = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const next = (until: number): [number, { at: number; callback: () => void }] | undefined =>
    [...due].filter(([, { at }]) => at <= until).toSorted(([i, a], [j, b]) => a.at - b.at || i - j)[0];
  return {
    now: () => now,
    wall: () => new Date(Date.UTC(2026, 10, 20) + now).toISOString(),
    after(delay, callback) {
      const id = count++;
      due.set(id, { at: now + delay, callback });
      return () => due.delete(id);
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (let found = next(until); found !== undefined; found = next(until)) {
        const [id, { at, callback }] = found;
        due.delete(id);
        now = at;
        callback();
      }
      now = until;
    },
  };
}
