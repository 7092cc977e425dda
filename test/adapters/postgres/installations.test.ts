import { expect, test } from "bun:test";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInstallations } from "../../../src/adapters/postgres/installations.ts";
import { run } from "../../../src/adapters/processes.ts";
import { failure } from "../../support/failure.ts";
import { BIN_15, has15 } from "../../support/postgres.ts";

test.skipIf(!has15)("Debian's servers are found without being on PATH", async () => {
  const found = await findInstallations(run, { PATH: "/usr/bin" }, []);
  expect(found).toContainEqual({ major: 15, version: expect.stringMatching(/^15\.\d+$/), binDir: BIN_15 });
});

test.skipIf(!has15)("a link to the server on PATH leads to the folder with all its programs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "path-"));
  await symlink(join(BIN_15, "postgres"), join(folder, "postgres"));
  const [first] = await findInstallations(run, { PATH: folder }, []);
  await rm(folder, { recursive: true });
  expect(first?.binDir).toBe(BIN_15);
});

test.skipIf(!has15)("named folders are the only ones looked into", async () => {
  expect(await findInstallations(run, { PATH: "/usr/bin" }, [BIN_15])).toHaveLength(1);
});

test("a named folder without a server is an error that names it", async () => {
  const error = await failure(
    findInstallations(run, { PATH: "/usr/bin" }, ["/nonexistent"]),
    "configuration",
  );
  expect(error.message).toContain('"/nonexistent"');
});
