import { expect, test } from "bun:test";
import { spawnSupervised } from "../../../src/adapters/processes.ts";
import { failure } from "../../support/failure.ts";

test("a supervised process lives until it is told to end, and tells how it ended", async () => {
  const child = await spawnSupervised("sleep", ["60"]);
  child.signal("SIGINT");
  expect(await child.ended).toEqual({ type: "signal", signal: 2 });
});

test("its last output is there after it died by itself", async () => {
  const child = await spawnSupervised("sh", ["-c", "echo working; echo broken >&2; exit 4"]);
  expect(await child.ended).toEqual({ type: "code", code: 4 });
  expect(child.output()).toMatchObject({ stdout: "working\n", stderr: "broken\n" });
});

test("a signal for a process that is gone reaches nobody", async () => {
  const child = await spawnSupervised("true", []);
  await child.ended;
  child.signal("SIGTERM");
  child.kill();
  expect(await child.ended).toEqual({ type: "code", code: 0 });
});

test("it stands in a group of its own, so that a terminal's Ctrl-C does not reach it", async () => {
  const child = await spawnSupervised("sh", ["-c", "cut -d' ' -f5 /proc/$$/stat; echo $$"]);
  await child.ended;
  const [group, pid] = child.output().stdout.split("\n");
  expect(Number(group)).toBe(child.pid);
  expect(pid).toBe(group ?? "");
});

test("a program that is not there is an error", async () => {
  const error = await failure(spawnSupervised("no-such-program", []), "system");
  expect(error.message).toStartWith('cannot run "no-such-program"');
});
