import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../src/cli/settings-file.ts";
import { failure } from "../support/failure.ts";

test("a settings file of many gigabytes is refused without being read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  const path = join(folder, "huge.yaml");
  writeFileSync(path, "");
  truncateSync(path, 50_000_000_000);
  const error = await failure(readSettings({ path, source: "--config", optional: false }), "configuration");
  rmSync(folder, { recursive: true });
  expect(error.message).toBe(`cannot read the settings file ${path} (--config): it has 50000000000 bytes`);
});
