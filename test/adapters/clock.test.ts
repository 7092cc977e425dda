import { expect, test } from "bun:test";
import { systemClock } from "../../src/adapters/clock.ts";

test("the clock never goes backwards, and the wall shows RFC 3339", () => {
  const first = systemClock.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  expect(systemClock.wall()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("a callback comes once, after those that were due before it", async () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(20, () => {
    order.push("late");
    resolve();
  });
  systemClock.after(1, () => order.push("soon"));
  await promise;
  expect(order).toEqual(["soon", "late"]);
});

test("a cancelled callback does not come, and a delay of years is no delay of nothing", async () => {
  let called = false;
  const call = (): void => void (called = true);
  systemClock.after(1, call)();
  const cancelYears = systemClock.after(1e12, call);
  await new Promise<void>((resolve) => void systemClock.after(10, resolve));
  cancelYears();
  expect(called).toBe(false);
});
