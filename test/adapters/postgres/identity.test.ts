import { afterAll, beforeAll, expect, test } from "bun:test";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseIdentity } from "../../../src/adapters/postgres/identity.ts";
import { failure } from "../../support/failure.ts";
import { requirePart } from "../../support/parts.ts";

const isRoot = requirePart("root");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(!isRoot)("root becomes the user that the settings name, by name or by number", async () => {
  expect(await chooseIdentity("daemon", folder)).toEqual({ uid: 1, gid: 1 });
  expect(await chooseIdentity("54321", folder)).toEqual({ uid: 54321, gid: 54321 });
  expect(await chooseIdentity("54321:7", folder)).toEqual({ uid: 54321, gid: 7 });
});

test.skipIf(!isRoot)("root never stays root", async () => {
  expect((await failure(chooseIdentity("root", folder), "configuration")).message).toContain(
    "refuses to run as root",
  );
  expect((await failure(chooseIdentity("0", folder), "configuration")).message).toContain(
    "refuses to run as root",
  );
});

test.skipIf(!isRoot)("a user that does not exist is an error that names it", async () => {
  expect((await failure(chooseIdentity("nobody-at-all", folder), "configuration")).message).toContain(
    '"nobody-at-all"',
  );
});

test.skipIf(!isRoot)(
  "without a setting root becomes the owner of the data folder, or the user postgres",
  async () => {
    await chown(folder, 54321, 54322);
    expect(await chooseIdentity(undefined, folder)).toEqual({ uid: 54321, gid: 54322 });
    const postgres = await chooseIdentity("postgres", folder);
    expect(await chooseIdentity(undefined, join(folder, "new"))).toEqual(postgres);
  },
);
