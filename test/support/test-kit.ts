import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildKit } from "../../scripts/build/kit.ts";
import { muslCompiler } from "../../scripts/build/launcher.ts";
import { run } from "../../scripts/build/run.ts";
import { isTarget } from "../../scripts/build/targets.ts";

const root = join(import.meta.dir, "../..");

export interface TestKit {
  readonly folder: string;
  /** The real launcher, over the brain of `test/fixtures/brain.ts`. */
  readonly launcher: string;
  /** Static programs of `test/fixtures/launcher`. */
  readonly show: string;
  readonly strange: string;
  remove(): Promise<void>;
}

/** Builds a kit for tests in a temporary folder, the way `scripts/build.ts` builds the real one. */
export async function buildTestKit(): Promise<TestKit> {
  const folder = await mkdtemp(join(tmpdir(), "kit-"));
  const launcher = join(folder, "datamon-sidecar");
  const target = process.arch;
  if (!isTarget(target)) throw new Error(`cannot test on ${target}`);
  await buildKit(root, { target, entry: "test/fixtures/brain.ts", commit: "test", out: folder });
  const compile = (name: string): string => {
    const program = join(folder, name);
    const source = join(root, "test/fixtures/launcher", `${name}.c`);
    run(root, [...muslCompiler(target, "/"), source, "-lc", "-lgcc", "-o", program]);
    return program;
  };
  return {
    folder,
    launcher,
    show: compile("show"),
    strange: compile("strange"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
