import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "../support/lines.ts";
import { requirePart } from "../support/parts.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";

const possible = requirePart("musl-gcc");
let kit: TestKit;
let folder: string;
beforeAll(async () => {
  if (!possible) return;
  kit = await buildTestKit();
  folder = await mkdtemp(join(tmpdir(), "supervision-"));
});
afterAll(async () => {
  await kit?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

let runs = 0;

/** A wrapped shell script, and the process ids of the brain and the application once both run. */
async function start(script: string, prefix: readonly string[] = []) {
  const report = join(folder, `report-${runs++}`);
  const launcher = Bun.spawn([...prefix, kit.launcher, "--", "sh", "-c", script], {
    env: { ...process.env, BRAIN_REPORT: report },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const lines = linesOf(launcher.stdout);
  expect(await lines.next()).toBe("ready");
  await fileExists(report);
  const pids = JSON.parse(readFileSync(report, "utf8")) as { brain: number; application: number };
  return { launcher, lines, ...pids };
}

/** Resolves when `path` exists with content. */
async function fileExists(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (Bun.file(path).size > 0) resolve();
  };
  const watcher = watch(join(path, ".."), look);
  look();
  await promise;
  watcher.close();
}

/** Resolves when nobody holds the write end of `stream` any more: no process of the application is left. */
const untilAllGone = async (lines: ReturnType<typeof linesOf>): Promise<void> => {
  while ((await lines.next()) !== undefined) continue;
};

describe.skipIf(!possible)("signals to the launcher", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "%s reaches the application once",
    async (name) => {
      const trap = `n=0; trap 'n=$((n+1)); echo got $n' ${name.slice(3)}; trap 'exit 5' USR1; echo ready; while :; do sleep 0.01; done`;
      const { launcher, lines } = await start(trap);
      process.kill(launcher.pid, name);
      expect(await lines.next()).toBe("got 1");
      process.kill(launcher.pid, "SIGUSR1");
      expect(await lines.next()).toBeUndefined();
      expect(await launcher.exited).toBe(5);
    },
  );

  test("USR1 ends an application that does not know it, as if it had been sent to it", async () => {
    const { launcher } = await start("echo ready; exec sleep 1000");
    process.kill(launcher.pid, "SIGUSR1");
    expect(await launcher.exited).toBe(128 + 10);
  });

  test("what was ignored from the start stays ignored", async () => {
    const ignoring = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"];
    const { launcher, lines } = await start(
      "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done",
      ignoring,
    );
    process.kill(launcher.pid, "SIGHUP");
    process.kill(launcher.pid, "SIGTERM");
    expect(await lines.next()).toBeUndefined();
    expect(await launcher.exited).toBe(5);
  });

  test("SIGTERM reaches the whole process group of the application", async () => {
    const child = `sh -c 'trap "echo child; exit" TERM; echo ready; while :; do sleep 0.01; done'`;
    const { launcher, lines } = await start(`trap : TERM; ${child} & wait; wait; echo parent`);
    process.kill(launcher.pid, "SIGTERM");
    expect(await lines.next()).toBe("child");
    expect(await lines.next()).toBe("parent");
    expect(await launcher.exited).toBe(0);
  });
});

describe.skipIf(!possible)("sudden death", () => {
  test("of the brain ends the application by TERM, with the brain's signal and one line", async () => {
    const { launcher, brain, lines } = await start(
      "trap 'echo terminated; exit 0' TERM; echo ready; while :; do sleep 0.01; done",
    );
    process.kill(brain, "SIGKILL");
    expect(await lines.next()).toBe("terminated");
    await untilAllGone(lines);
    await launcher.exited;
    expect(launcher.signalCode).toBe("SIGKILL");
    expect(await new Response(launcher.stderr).text()).toContain(
      "datamon-sidecar: its own process was ended by signal 9; stopping the application\n",
    );
  });

  test("of the brain leaves no process of the application's group, not even one that ignores TERM", async () => {
    const { launcher, brain, lines } = await start(
      `sh -c 'trap "" TERM; while :; do sleep 0.01; done' & echo ready; wait`,
    );
    process.kill(brain, "SIGKILL");
    await untilAllGone(lines);
    await launcher.exited;
    expect(launcher.signalCode).toBe("SIGKILL");
  });

  test("of the launcher leaves no brain and no process of the application", async () => {
    const { launcher, lines } = await start(
      "trap '' TERM; sh -c 'while :; do sleep 0.01; done' & echo ready; wait",
    );
    process.kill(launcher.pid, "SIGKILL");
    await untilAllGone(lines);
    expect(await new Response(launcher.stderr).text()).toContain("lost the launcher");
  });
});

describe.skipIf(!possible || !requirePart("root"))("as PID 1", () => {
  const inContainer = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

  /** Runs the launcher as PID 1 of its own namespace. */
  const contained = (script: string) =>
    Bun.spawnSync([...inContainer, kit.launcher, "--", "sh", "-c", script], { stdin: "ignore" });

  test("the launcher reaps a thousand orphans", () => {
    const orphans = "for i in $(seq 1000); do (sh -c : &); done";
    // Left are the launcher, the brain and this shell; a zombie would be a folder of /proc for ever.
    const wait = "while set -- /proc/[0-9]*; [ $# -gt 3 ]; do sleep 0.01; done";
    const { exitCode, stdout } = contained(`${orphans}; ${wait}; echo left $#`);
    expect(stdout.toString()).toBe("left 3\n");
    expect(exitCode).toBe(0);
  });

  test("the launcher ends with 128+n when a signal ended the brain", () => {
    const { exitCode } = Bun.spawnSync([...inContainer, kit.launcher, "--kill", "15"]);
    expect(exitCode).toBe(143);
  });

  test("the launcher passes SIGTERM on although the kernel spares PID 1", () => {
    const { exitCode, stdout } = contained(
      "trap 'echo got; exit 4' TERM; kill -TERM 1; while :; do sleep 0.01; done",
    );
    expect(stdout.toString()).toBe("got\n");
    expect(exitCode).toBe(4);
  });

  test("Ctrl-Z does not stop for ever what nobody could wake", () => {
    const { exitCode } = contained("kill -TSTP 0; exit 3");
    expect(exitCode).toBe(3);
  });
});
