import { expect, test } from "bun:test";
import { findInstallations } from "../../../src/adapters/postgres/installations.ts";
import { run } from "../../../src/adapters/processes.ts";
import { failure } from "../../support/failure.ts";
import { BIN_15, has15 } from "../../support/postgres.ts";

test.skipIf(!has15)("Debian's servers are found without being on PATH", async () => {
  const found = await findInstallations(run, { PATH: "/usr/bin" }, []);
  expect(found).toContainEqual({ major: 15, version: expect.stringMatching(/^15\.\d+$/), binDir: BIN_15 });
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
