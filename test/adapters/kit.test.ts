import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installKit } from "../../src/adapters/kit.ts";
import { failure } from "../support/failure.ts";
import { requirePart } from "../support/parts.ts";

let source: string;
let scratch: string;
beforeAll(async () => {
  source = await mkdtemp(join(tmpdir(), "kit-"));
  await mkdir(join(source, "lib"));
  await Bun.write(join(source, "datamon-sidecar"), "launcher");
  await Bun.write(join(source, "lib/ld.so"), "loader");
  await Bun.write(join(source, "lib/datamon-sidecar.bun"), new Uint8Array(3 << 20).fill(7));
  await symlink("datamon-sidecar", join(source, "wrap_application.sh"));
});
afterAll(() => rm(source, { recursive: true }));
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "install-"));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** Expects the whole kit in `folder`, and nothing else. */
async function expectKit(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const wanted = ["datamon-sidecar", "lib", "lib/datamon-sidecar.bun", "lib/ld.so", "wrap_application.sh"];
  expect(names.toSorted()).toEqual(wanted);
  for (const name of ["datamon-sidecar", "lib/datamon-sidecar.bun", "lib/ld.so"]) {
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(source, name)))).toBe(true);
    expect(lstatSync(join(folder, name)).mode & 0o7777).toBe(0o555);
  }
  expect(readlinkSync(join(folder, "wrap_application.sh"))).toBe("datamon-sidecar");
}

describe("installing the kit", () => {
  test("makes the folder and fills it, twice as well as once", async () => {
    const folder = join(scratch, "new/scripts");
    expect(await installKit(source, folder)).toMatchObject({ files: 4 });
    await expectKit(folder);
    await installKit(source, folder);
    await expectKit(folder);
  });

  test("replaces older files of the same names", async () => {
    await Bun.write(join(scratch, "wrap_application.sh"), "#!/bin/sh\n");
    await Bun.write(join(scratch, "lib/ld.so"), "older");
    await chmod(join(scratch, "lib/ld.so"), 0o444);
    await installKit(source, scratch);
    await expectKit(scratch);
  });

  test("eight times at once leaves one whole kit", async () => {
    await Promise.all(Array.from({ length: 8 }, () => installKit(source, scratch)));
    await expectKit(scratch);
  });

  test("into itself is refused", async () => {
    expect((await failure(installKit(source, source), "system")).message).toContain(
      "the kit runs from there",
    );
  });

  test("where a file is, it says so", async () => {
    await Bun.write(join(scratch, "file"), "");
    const { message } = await failure(installKit(source, join(scratch, "file")), "system");
    expect(message).toBe(`cannot install into "${join(scratch, "file")}": it is not a folder`);
  });

  const asRoot = requirePart("root");

  test.skipIf(!asRoot)(
    "into a volume that is too small says how much it needs, and leaves no part",
    async () => {
      Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", scratch]);
      try {
        const { message } = await failure(installKit(source, scratch), "system");
        expect(message).toBe(`cannot install into "${scratch}": it has 1 MB free, and 4 MB are needed`);
        expect(await readdir(scratch)).toEqual(["lib"]);
      } finally {
        Bun.spawnSync(["umount", scratch]);
      }
    },
  );

  test.skipIf(!asRoot)("into a read-only volume says so", async () => {
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", scratch]);
    try {
      const { message } = await failure(installKit(source, scratch), "system");
      expect(message).toBe(`cannot install into "${scratch}": it is read-only`);
    } finally {
      Bun.spawnSync(["umount", scratch]);
    }
  });

  test.skipIf(!asRoot)("into memory is noticed", async () => {
    Bun.spawnSync(["mount", "-t", "tmpfs", "tmpfs", scratch]);
    try {
      expect(await installKit(source, scratch)).toMatchObject({ inMemory: true });
    } finally {
      Bun.spawnSync(["umount", scratch]);
    }
  });
});
