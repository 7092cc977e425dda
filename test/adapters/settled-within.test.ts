import { expect, test } from "bun:test";
import { settledWithin } from "../../src/adapters/settled-within.ts";

test("a promise that is resolved is there in time", async () => {
  expect(await settledWithin(Promise.resolve("value"), 60_000)).toBe(true);
});

test("one that never settles is not", async () => {
  expect(await settledWithin(Promise.withResolvers().promise, 1)).toBe(false);
});

test("one that rejects hands its error on", async () => {
  const error = await settledWithin(Promise.reject(new Error("broken")), 60_000).catch(
    (cause: unknown) => cause,
  );
  expect(error).toEqual(new Error("broken"));
});

test("its timer does not keep the process up", async () => {
  const file = JSON.stringify(new URL("../../src/adapters/settled-within.ts", import.meta.url).pathname);
  const script = `const { settledWithin } = await import(${file}); await settledWithin(Promise.resolve(), 2 ** 30);`;
  expect(await Bun.spawn([process.execPath, "-e", script]).exited).toBe(0);
});
