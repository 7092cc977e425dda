import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { requirePart } from "../support/parts.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";

const possible = requirePart("musl-gcc");
let kit: TestKit;
beforeAll(async () => {
  if (possible) kit = await buildTestKit();
});
afterAll(() => kit?.remove());

const CTRL_C = "\u0003";
const CTRL_Z = "\u001A";

/** A command on a terminal of its own, and a way to wait for what it prints. */
function onTerminal(command: readonly string[]) {
  let printed = "";
  let seen = 0;
  let heard = Promise.withResolvers<void>();
  const process = Bun.spawn([...command], {
    terminal: {
      cols: 80,
      rows: 24,
      data(_, bytes) {
        printed += new TextDecoder().decode(bytes);
        heard.resolve();
      },
    },
  });
  return {
    process,
    type: (text: string) => process.terminal?.write(text),
    /** Waits until the command prints `text` after what was waited for before. */
    async until(text: string): Promise<void> {
      for (;;) {
        const at = printed.indexOf(text, seen);
        if (at >= 0) {
          seen = at + text.length;
          return;
        }
        await heard.promise;
        heard = Promise.withResolvers();
      }
    },
    printed: () => printed,
  };
}

// What is waited for differs from what a terminal echoes of the script itself.
const script = `n=0; trap 'n=$((n+1)); echo "got $n"' INT; trap 'exit 5' TERM; echo rea""dy
while read -r line; do echo "read $line"; done; exit 6`;

describe.skipIf(!possible)("on a terminal", () => {
  test("the application reads it, and a Ctrl-C reaches the application once", async () => {
    const { process, type, until, printed } = onTerminal([kit.launcher, "--", "bash", "-c", script]);
    await until("ready");
    type("hello\n");
    await until("read hello");
    type(CTRL_C);
    await until("got 1");
    type("again\n");
    await until("read again");
    type("\u0004");
    expect(await process.exited).toBe(6);
    expect(printed()).not.toContain("got 2");
  });

  test("an application that dies of Ctrl-C ends the launcher with 130", async () => {
    const { process, type, until } = onTerminal([
      kit.launcher,
      "--",
      "sh",
      "-c",
      "echo ready; exec sleep 1000",
    ]);
    await until("ready");
    type(CTRL_C);
    expect(await process.exited).toBe(130);
  });

  test("Ctrl-C reaches the brain once when no application runs", async () => {
    const { process, type, until } = onTerminal([kit.launcher, "--wait"]);
    await until("waiting");
    type(CTRL_C);
    await until("SIGINT");
    expect(await process.exited).toBe(0);
  });

  test("the brain can be typed to, although it lives in another session", async () => {
    const { process, type, until } = onTerminal([kit.launcher, "--read"]);
    type("typed\n\u0004");
    await until('read "typed\\n"');
    expect(await process.exited).toBe(0);
  });

  test("a shell can stop and continue it, and has the terminal back in between and afterwards", async () => {
    const { process, type, until } = onTerminal(["bash", "--norc", "--noprofile", "-i"]);
    type(`PS1='next> '; '${kit.launcher}' -- bash -c '${script.replaceAll("'", String.raw`'\''`)}'\n`);
    await until("ready");
    type(CTRL_Z);
    await until("Stopped");
    await until("next> ");
    type("echo in $((1+1)) between\n");
    await until("in 2 between");
    type("fg\n");
    type("hello\n");
    await until("read hello");
    type(CTRL_C);
    await until("got 1");
    type("\u0004");
    await until("next> ");
    type("exit $?\n");
    expect(await process.exited).toBe(6);
  });

  test("put in the background it leaves the terminal alone", async () => {
    const { process, type, until } = onTerminal(["bash", "--norc", "--noprofile", "-i"]);
    type(`PS1='next> '; '${kit.launcher}' -- sh -c 'echo run$((1+1)); exit 3' & wait $!; echo code=$?\n`);
    await until("run2");
    await until("code=3");
    type("exit 0\n");
    expect(await process.exited).toBe(0);
  });
});
