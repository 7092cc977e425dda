import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMounts } from "../../src/adapters/mounts.ts";
import { failure } from "../support/failure.ts";
import { requirePart } from "../support/parts.ts";

const check = test.skipIf(!(requirePart("bindfs") && requirePart("fuse")));
const mounts = createMounts();
const folder = await realpath(await mkdtemp(join(tmpdir(), "mounts\t#\\ ")));
const [source, point] = [join(folder, "source"), join(folder, "point")];
await mkdir(source);
await mkdir(point);
afterAll(async () => {
  await mounts.detach(point, () => true);
  await rm(folder, { recursive: true, force: true });
});

const bind = (): void => {
  const { exitCode } = Bun.spawnSync(["bindfs", "-o", "subtype=datamon", source, point]);
  expect(exitCode).toBe(0);
};

test("where nothing is mounted there is nothing", () => {
  expect(mounts.at(point)).toBeUndefined();
});

check("a mount is found at a path with every character that the table escapes", async () => {
  bind();
  expect(mounts.at(point)).toMatchObject({ mountPoint: point, type: "fuse.datamon" });
  await mounts.detach(point, () => true);
  expect(mounts.at(point)).toBeUndefined();
});

check("stacked mounts are all taken away", async () => {
  bind();
  bind();
  await mounts.detach(point, () => true);
  expect(mounts.at(point)).toBeUndefined();
});

check("a mount of another kind is left alone", async () => {
  bind();
  await mounts.detach(point, (entry) => entry.type === "fuse.other");
  expect(mounts.at(point)?.type).toBe("fuse.datamon");
  await mounts.detach(point, () => true);
});

check("two who take the same mount away do not trip over each other", async () => {
  bind();
  await Promise.all([mounts.detach(point, () => true), mounts.detach(point, () => true)]);
  expect(mounts.at(point)).toBeUndefined();
});

check("without any program that unmounts the remedy names one", async () => {
  bind();
  const error = await failure(
    createMounts({ env: { PATH: "" } }).detach(point, () => true),
    "system",
  );
  expect(error.message).toContain("neither fusermount3, fusermount nor umount is on PATH");
  expect(error.remedy).toContain("fuse3");
  await mounts.detach(point, () => true);
});
