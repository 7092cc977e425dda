import { join } from "node:path";
import { buildKit } from "../../scripts/build/kit.ts";
import { isTarget } from "../../scripts/build/targets.ts";

const root = join(import.meta.dir, "../..");

/** Modules may be loaded once for each test file; the build is made once for each test run. */
const shared = globalThis as { datamonSidecarKit?: Promise<string> };

/** The folder of the compiled kit: `$DATAMON_SIDECAR_KIT`, or one that is built now, over that of the last test run. */
export function compiledKit(): Promise<string> {
  shared.datamonSidecarKit ??= build();
  return shared.datamonSidecarKit;
}

async function build(): Promise<string> {
  const given = process.env["DATAMON_SIDECAR_KIT"];
  if (given !== undefined && given !== "") return given;
  const target = process.arch;
  if (!isTarget(target)) throw new Error(`cannot test on ${target}`);
  const out = join(root, ".cache/test-kit");
  await buildKit(root, { target, entry: "src/main.ts", commit: "test", out });
  return out;
}
