import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  beginShutdown,
  type Shutdown,
  type ShutdownEffect,
  stepShutdown,
} from "../../../src/core/postgres/shutdown.ts";

function climb(
  first: "fast" | "immediate",
  events: readonly ("late" | "ended")[],
): [Shutdown, ShutdownEffect[]] {
  let [state, effect]: readonly [Shutdown, ShutdownEffect | undefined] = beginShutdown(first, 1000);
  const effects = [effect];
  for (const event of events) {
    [state, effect] = stepShutdown(state, event);
    if (effect !== undefined) effects.push(effect);
  }
  return [state, effects];
}

test("a server that ends in time gets the fast shutdown alone", () => {
  const [state, effects] = climb("fast", ["ended"]);
  expect(state).toEqual({ type: "stopped", rung: "fast" });
  expect(effects).toEqual([{ signal: "SIGINT", patience: 1000 }]);
});

test("one that does not is cut off, then killed", () => {
  const [state, effects] = climb("fast", ["late", "late", "ended"]);
  expect(state).toEqual({ type: "stopped", rung: "killed" });
  expect(effects.map((effect) => effect.signal)).toEqual(["SIGINT", "SIGQUIT", "SIGKILL"]);
});

test("after the kill nothing but the end of the process is waited for", () => {
  const [, effects] = climb("immediate", ["late"]);
  expect(effects.at(-1)).toEqual({ signal: "SIGKILL" });
});

test("whatever happens, nothing is signalled after the end, and no rung is climbed down", () => {
  const ladder = ["SIGINT", "SIGQUIT", "SIGKILL"];
  const events = fc.array(fc.constantFrom("late" as const, "ended" as const), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom("fast" as const, "immediate" as const), events, (first, happened) => {
      const [state, effects] = climb(first, happened);
      const rungs = effects.map((effect) => ladder.indexOf(effect.signal));
      expect(rungs).toEqual([...new Set(rungs)].toSorted((a, b) => a - b));
      expect(state.type === "stopped").toBe(happened.includes("ended"));
      const before = happened.includes("ended") ? happened.slice(0, happened.indexOf("ended")) : happened;
      expect(climb(first, before)[1]).toEqual(effects);
    }),
  );
});
