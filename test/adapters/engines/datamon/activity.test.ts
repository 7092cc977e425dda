import { expect, test } from "bun:test";
import { bytesMovedBy, watchStall } from "../../../../src/adapters/engines/datamon/activity.ts";

/** Runs a shell script until it ends by itself or is taken for stalled. */
async function fate(script: string, window: number): Promise<"ended" | "stalled"> {
  const child = Bun.spawn(["sh", "-c", `exec ${script}`], { stdout: "ignore", stderr: "ignore" });
  const { promise, resolve } = Promise.withResolvers<"ended" | "stalled">();
  const end = watchStall(child.pid, window, () => resolve("stalled"));
  void child.exited.then(() => resolve("ended"));
  const result = await promise;
  end();
  child.kill("SIGKILL");
  await child.exited;
  return result;
}

test("a process that moves data is left alone however long it takes", async () => {
  expect(await fate("head -c 4000000000 /dev/zero", 200)).toBe("ended");
});

test("data that a child moves counts", async () => {
  expect(await fate(`sh -c "timeout 0.5 cat /dev/zero; true"`, 200)).toBe("ended");
});

test("one that only waits is stalled", async () => {
  expect(await fate("sleep 60", 100)).toBe("stalled");
});

test("one that tries again and again with a few bytes is stalled", async () => {
  expect(await fate(`sh -c "while :; do sleep 0.01; done"`, 200)).toBe("stalled");
});

test("what a process reads and writes is counted", () => {
  const before = bytesMovedBy(process.pid);
  Bun.spawnSync(["true"]);
  const after = bytesMovedBy(process.pid);
  expect(after?.read).toBeGreaterThan(before?.read ?? 0);
});

test("of a process that is gone nothing is known", () => {
  const { pid } = Bun.spawnSync(["true"]);
  expect(bytesMovedBy(pid)).toBeUndefined();
});
