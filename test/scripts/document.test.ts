import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

test("the pages under docs have not drifted from the code", () => {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "scripts/document.ts", "--check"], {
    cwd: ROOT,
  });
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
});
