/**
 * Prints the numbers that the README quotes: `bun run bench [pair] [kit] [transfers] [postgres]`, all by default.
 * Exits with 1 when a bar is missed. Builds the kit first when it is missing.
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { type Figure, markdown, meets } from "./bench/report.ts";

const root = join(import.meta.dir, "..");
const kit = join(root, "dist");

const GROUPS: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  pair: async () => (await import("./bench/pair.ts")).pairFigures(kit),
  kit: async () => (await import("./bench/kit.ts")).kitFigures(kit),
  transfers: async () => {
    const { largeFiles, memory, smallFiles } = await import("./bench/transfers.ts");
    return [...(await largeFiles()), ...(await smallFiles()), ...(await memory())];
  },
  postgres: async () => (await import("./bench/postgres.ts")).postgresFigures(),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(GROUPS, name));
if (unknown.length > 0) {
  console.error(`cannot measure ${unknown.join(", ")}: choose among ${Object.keys(GROUPS).join(", ")}`);
  process.exit(64);
}
if (!existsSync(join(kit, "datamon-sidecar"))) {
  const build = Bun.spawnSync([process.execPath, join(root, "scripts/build.ts")], { stderr: "inherit" });
  if (build.exitCode !== 0) process.exit(1);
}

const figures: Figure[] = [];
for (const name of chosen.length === 0 ? Object.keys(GROUPS) : chosen) {
  figures.push(...((await GROUPS[name]?.()) ?? []));
}
const [processor] = cpus();
console.log(`${cpus().length} × ${processor?.model.trim()}, Bun ${Bun.version}\n`);
console.log(markdown(figures));
process.exit(figures.every(meets) ? 0 : 1);
