import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirePart } from "../support/parts.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";

const possible = requirePart("musl-gcc");
let kit: TestKit;
let folder: string;
beforeAll(async () => {
  if (!possible) return;
  kit = await buildTestKit();
  folder = await mkdtemp(join(tmpdir(), "outcome-"));
});
afterAll(async () => {
  await kit?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | number | undefined;
  readonly out: string;
  readonly err: string;
}

function launch(
  words: readonly string[],
  environment: Record<string, string> = { PATH: "/usr/bin:/bin" },
): Ended {
  const ended = Bun.spawnSync([kit.launcher, ...words], { env: environment, stdin: "ignore" });
  return {
    code: ended.exitCode,
    signal: ended.signalCode,
    out: ended.stdout.toString(),
    err: ended.stderr.toString(),
  };
}

/** Runs `command` as the application. */
const wrap = (...command: string[]): Ended => launch(["--", ...command]);

/** What an application that was found but refused looks like from outside. */
const refused = (why: string) => ({
  code: 126,
  err: expect.stringContaining(`cannot be executed: ${why}`),
});

async function file(name: string, content: string | Uint8Array, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, content);
  await chmod(path, mode);
  return path;
}

describe.skipIf(!possible)("the launcher ends", () => {
  test("with every exit code of the application", () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    expect(codes.map((code) => wrap("sh", "-c", `exit ${code}`).code)).toEqual(codes);
  });

  test.each([1, 2, 3, 6, 9, 11, 13, 15, 34, 64])(
    "with 128+%d for an application that signal ended",
    (number) => {
      expect(wrap("sh", "-c", `kill -${number} $$`).code).toBe(128 + number);
    },
  );

  test("with the brain's own exit code", () => {
    expect([0, 1, 64, 78, 255].map((code) => launch(["--exit", String(code)]).code)).toEqual([
      0, 1, 64, 78, 255,
    ]);
  });

  test("by the signal that ended the brain, and says so when nobody asked for it", () => {
    expect(launch(["--kill", "15"])).toMatchObject({ signal: "SIGTERM", err: "" });
    expect(launch(["--kill", "9"])).toMatchObject({
      signal: "SIGKILL",
      err: "datamon-sidecar: its own process was ended by signal 9\n",
    });
  });
});

describe.skipIf(!possible)("an application that cannot be started", () => {
  test("is not in PATH: 127", () => {
    expect(wrap("no-such-program")).toMatchObject({
      code: 127,
      err: 'cannot start the application: "no-such-program" was not found in PATH (/usr/bin:/bin)\n',
    });
  });

  test("has an empty name: 127", () => expect(wrap("").code).toBe(127));

  test("is a path that does not exist: 127", () => {
    expect(wrap("/no/such/program")).toMatchObject({
      code: 127,
      err: 'cannot start the application: "/no/such/program" does not exist\n',
    });
  });

  test("is not named at all: 127", () => {
    expect(launch(["--"])).toMatchObject({
      code: 127,
      err: "cannot start the application: no application is named\n",
    });
  });

  test("is a folder: 126", () => expect(wrap("/etc")).toMatchObject(refused("it is a folder")));

  test("is not executable: 126, with its mode", async () => {
    const path = await file("plain", "#!/bin/sh\n", 0o640);
    expect(wrap(path)).toMatchObject(refused("permission denied, its mode is 0640"));
  });

  test("is a dangling link: 126", async () => {
    const path = join(folder, "dangling");
    await symlink("/no/such/file", path);
    expect(wrap(path)).toMatchObject(refused("it is a link to a file that does not exist"));
  });

  test("is a script whose interpreter is missing: 126, naming it", async () => {
    const path = await file("script", "#! /no/such/shell -e\n");
    expect(wrap(path)).toMatchObject(refused('its interpreter "/no/such/shell" does not exist'));
  });

  test("was built for another C library: 126", async () => {
    const program = Buffer.from(await Bun.file("/bin/true").arrayBuffer());
    const loader = program.indexOf("/lib");
    program.write("/nil", loader);
    expect(wrap(await file("foreign", program))).toMatchObject(refused("its dynamic loader does not exist"));
  });

  test("was built for another architecture: 126", async () => {
    const program = Buffer.from(await Bun.file("/bin/true").arrayBuffer());
    program.writeUInt16LE(0xf3 ^ 0x80, 18);
    expect(wrap(await file("other", program))).toMatchObject(
      refused("it is a program for another processor"),
    );
  });

  test("is neither a program nor text: 126", async () => {
    const path = await file("noise", new Uint8Array([0, 1, 2, 3]));
    expect(wrap(path)).toMatchObject(refused("it is neither a program nor a script"));
  });

  test("has a name with a line break, which stays one line", () => {
    expect(wrap("a\nkilled 9\nb").err).toBe(
      'cannot start the application: "a?killed 9?b" was not found in PATH (/usr/bin:/bin)\n',
    );
  });
});

describe.skipIf(!possible)("the application is found as a shell finds it", () => {
  test("a script without #! is run by /bin/sh, with its name and arguments", async () => {
    const path = await file("no-shebang", 'echo "$0|$1|$2"; exit 7\n');
    expect(wrap(path, "a b", "")).toMatchObject({ code: 7, out: `${path}|a b|\n` });
  });

  test("an empty file is a script that does nothing", async () => {
    expect(wrap(await file("empty", "")).code).toBe(0);
  });

  test("a file in PATH that may not be executed is passed over, but named when nothing better comes", async () => {
    await Bun.write(join(folder, "first/tool"), "#!/bin/sh\nexit 1\n");
    await Bun.write(join(folder, "second/tool"), "#!/bin/sh\nexit 5\n");
    await chmod(join(folder, "second/tool"), 0o755);
    const path = (...names: string[]) => ({ PATH: names.map((name) => join(folder, name)).join(":") });
    expect(launch(["--", "tool"], path("none", "first", "second")).code).toBe(5);
    expect(launch(["--", "tool"], path("first", "none"))).toMatchObject({
      code: 126,
      err: expect.stringContaining("first/tool"),
    });
  });

  test("an empty element of PATH is the working directory", async () => {
    await file("here", "#!/bin/sh\nexit 6\n");
    const ended = Bun.spawnSync([kit.launcher, "--", "here"], { cwd: folder, env: { PATH: "/bin:" } });
    expect(ended.exitCode).toBe(6);
  });

  test("without PATH the usual folders are searched", () => {
    expect(launch(["--", "true"], {}).code).toBe(0);
  });
});

describe.skipIf(!possible)("a kit that is not whole", () => {
  test("says which file is missing and ends with 71", async () => {
    const alone = join(folder, "alone");
    await Bun.write(alone, Bun.file(kit.launcher));
    await chmod(alone, 0o755);
    const { exitCode, stderr } = Bun.spawnSync([alone]);
    expect(exitCode).toBe(71);
    expect(stderr.toString()).toBe(
      `datamon-sidecar: cannot start ${folder}/lib/datamon-sidecar.bun: No such file or directory; copy the whole kit, with its folder lib\n`,
    );
  });

  test.skipIf(!requirePart("root"))("says that /proc is missing and ends with 71", () => {
    const hideProc = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$0"', kit.launcher];
    const { exitCode, stderr } = Bun.spawnSync(hideProc);
    expect(exitCode).toBe(71);
    expect(stderr.toString()).toContain("/proc/self/exe: No such file or directory; mount /proc\n");
  });
});
