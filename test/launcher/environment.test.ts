import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../src/core/child-environment.ts";
import { requirePart } from "../support/parts.ts";
import { buildTestKit, type TestKit } from "../support/test-kit.ts";
import { FORGED, TRAPS } from "../support/traps.ts";

const possible = requirePart("musl-gcc");
let kit: TestKit;
beforeAll(async () => {
  if (possible) kit = await buildTestKit();
});
afterAll(() => kit?.remove());

interface Report {
  readonly name: string;
  readonly cwd: string;
  readonly environment: Record<string, string>;
}

/** What the brain sees of the world; it prints nothing else on either stream. */
function brainIn(cwd: string, environment: Record<string, string>, command = [kit.launcher]): Report {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command, "--report"], { cwd, env: environment });
  expect(stderr.toString()).toBe("");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout.toString()) as Report;
}

describe.skipIf(!possible)("the brain", () => {
  test("is not changed by variables that were meant for the application", () => {
    const { environment } = brainIn("/", { PATH: "/bin", SIDECAR_KEY: "value", ...TRAPS });
    const seen = Object.keys(environment).filter((name) => name in TRAPS);
    expect(seen).toEqual([]);
    expect(environment["SIDECAR_KEY"]).toBe("value");
  });

  test("can give its other children everything back", () => {
    const original = { PATH: "/bin", SIDECAR_KEY: "value", ...TRAPS };
    expect(childEnvironment(brainIn("/", original).environment)).toEqual(original);
  });

  test("cannot be told by others what only the launcher tells it", () => {
    const { environment } = brainIn("/", { PATH: "/bin", ...FORGED });
    expect(environment).toEqual({ PATH: "/bin", DATAMON_SIDECAR_CONTROL: "3" });
  });

  test("reads neither .env nor bunfig.toml of the working directory", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hostile-"));
    await Bun.write(join(folder, ".env"), "FROM_DOTENV=1\nBUN_OPTIONS=--version\n");
    await Bun.write(join(folder, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
    await Bun.write(join(folder, "preload.ts"), "process.exit(99);\n");
    try {
      expect(brainIn(folder, { PATH: "/bin" })).toMatchObject({
        cwd: folder,
        environment: { PATH: "/bin", DATAMON_SIDECAR_CONTROL: "3" },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("starts in / when the working directory was deleted, and is told so", () => {
    const { cwd, environment } = brainIn("/", { PATH: "/bin" }, [kit.strange, "lost", "--", kit.launcher]);
    expect(cwd).toBe("/");
    expect(environment["DATAMON_SIDECAR_CWD"]).toMatch(/^\/tmp\/lost-.{6} \(deleted\)$/);
  });

  test("knows the name it was called by, through links and through PATH", async () => {
    const folder = await mkdtemp(join(tmpdir(), "links-"));
    const link = join(folder, "wrap_application.sh");
    try {
      Bun.spawnSync(["ln", "-s", kit.launcher, link]);
      expect(brainIn("/", { PATH: folder }, [link]).name).toBe(link);
      expect(brainIn("/", { PATH: folder }, ["/usr/bin/env", "wrap_application.sh"]).name).toBe(
        "wrap_application.sh",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
