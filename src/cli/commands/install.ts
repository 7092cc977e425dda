import { join } from "node:path";
import { defineCommand } from "citty";
import { installKit, ownKit } from "../../adapters/kit.ts";
import { KnownError, systemCode } from "../../core/errors.ts";
import { print } from "../print.ts";
import { versionInfo } from "../version.ts";

export default defineCommand({
  meta: {
    name: "install",
    description:
      "Copies the program, under all its names, into a folder shared with the application's container. Example: datamon-sidecar install /scripts",
  },
  args: {
    folder: { type: "positional", required: true, description: "Where to; made when it is missing" },
  },
  async run({ args }) {
    const { version, target } = versionInfo();
    const { bytes, inMemory } = await installKit(ownKit(), args.folder);
    await runOnce(join(args.folder, "datamon-sidecar"));
    const size = `${Math.ceil(bytes / 1_000_000)} MB`;
    const note = inMemory ? ` in memory, which counts against the pod's limit` : "";
    print(`installed datamon-sidecar ${version} (${target}) in ${args.folder}: ${size}${note}`);
  },
});

/** A volume may hold programs and yet not run them. */
async function runOnce(program: string): Promise<void> {
  try {
    const { exited } = Bun.spawn([program, "version"], { stdio: ["ignore", "ignore", "inherit"] });
    const code = await exited;
    if (code === 0) return;
    throw new KnownError("system", `cannot use "${program}": started from there it exited with ${code}`);
  } catch (error) {
    if (error instanceof KnownError) throw error;
    const why = systemCode(error) === "EACCES" ? "its volume is mounted noexec" : String(error);
    throw new KnownError("system", `cannot use "${program}": ${why}`, {
      cause: error,
      remedy: "use a volume that may run programs",
    });
  }
}
