import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildKit } from "../../scripts/build/kit.ts";
import { buildLauncher } from "../../scripts/build/launcher.ts";
import { sysrootFor } from "../../scripts/build/sysroot.ts";
import { isTarget, type Target } from "../../scripts/build/targets.ts";
import { requirePart } from "../support/parts.ts";

const root = join(import.meta.dir, "../..");
const LAUNCHER_BUDGET = 64 << 10;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-"));
});
afterAll(() => rm(folder, { recursive: true }));

const home = process.arch;

/** Every file of a kit with its digest. */
async function digests(kit: string): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const name of (await readdir(kit, { recursive: true })).toSorted()) {
    const path = join(kit, name);
    if ((await stat(path)).isDirectory()) continue;
    result[name] = new Bun.CryptoHasher("sha256").update(await Bun.file(path).arrayBuffer()).digest("hex");
  }
  return result;
}

test.skipIf(!requirePart("musl-gcc"))(
  "the same commit gives the same bytes, whose names `*` matches",
  async () => {
    if (!isTarget(home)) throw new Error(`cannot test on ${home}`);
    const build = { target: home, entry: "test/fixtures/brain.ts", commit: "test" };
    await buildKit(root, { ...build, out: join(folder, "one") });
    await buildKit(root, { ...build, out: join(folder, "two") });
    const one = await digests(join(folder, "one"));
    expect(await digests(join(folder, "two"))).toEqual(one);
    expect(Object.keys(one)).toContain("wrap_application.sh");
    expect(Object.keys(one).filter((name) => name.includes("/.") || name.startsWith("."))).toEqual([]);
  },
);

test.skipIf(!requirePart("cross-gcc")).each(["x64", "arm64"] satisfies Target[])(
  "the launcher for %s is static and no larger than 64 kB",
  async (target) => {
    const out = join(folder, `launcher-${target}`);
    await buildLauncher(root, target, await sysrootFor(root, target), out);
    const bytes = Buffer.from(await Bun.file(out).arrayBuffer());
    expect(bytes.length).toBeLessThanOrEqual(LAUNCHER_BUDGET);
    expect(bytes.includes("ld-linux")).toBe(false);
    expect(bytes.readUInt16LE(18)).toBe(target === "x64" ? 62 : 183); // e_machine
  },
);
