import { mkdtemp, rm } from "node:fs/promises";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, BUSYBOX, DEBIAN, makeBases, NODE, POSTGRES_13 } from "./bases.ts";
import { containerEngine } from "./engine.ts";

const root = join(import.meta.dir, "../../..");

export const SIDECAR = "localhost/sidecar";
export const POSTGRES = "localhost/sidecar-postgres";
/** The same, set to a store at /store. */
export const POSTGRES_WITH_STORE = "localhost/sidecar-postgres-store";
/** Debian with the kit, Postgres and the fixture that stands in for the `datamon` command. */
export const DATAMON = "localhost/sidecar-datamon";

const shared = globalThis as { datamonSidecarImages?: Map<string, Promise<void>> };

/** Builds an image by `scripts/image` once for each test run; the layers of an earlier one are used again. */
export function makeImage(name: string): Promise<void> {
  const images = (shared.datamonSidecarImages ??= new Map());
  let made = images.get(name);
  if (made === undefined) {
    made = make(name);
    images.set(name, made);
  }
  return made;
}

async function make(name: string): Promise<void> {
  switch (name) {
    case SIDECAR:
      return await buildTarget("sidecar", name);
    case POSTGRES:
      return await buildTarget("postgres", name);
    case POSTGRES_WITH_STORE:
      await makeImage(POSTGRES);
      return await build(await containerEngine(), name, import.meta.dir, [
        `FROM ${POSTGRES}`,
        "ENV SIDECAR_STORE=file:///store",
      ]);
    case DATAMON:
      await makeImage(POSTGRES);
      return await addDatamon();
    default:
      throw new Error(`nobody knows how to make ${name}`);
  }
}

/** Runs `scripts/image` with local bases, and without what only Alpine's package manager can install. */
export async function buildTarget(target: string, name: string, ...more: readonly string[]): Promise<void> {
  await makeBases(DEBIAN, NODE, BUSYBOX, POSTGRES_13);
  const bases = {
    BUILD_BASE: NODE,
    ALPINE_BASE: BUSYBOX,
    POSTGRES_BASE: DEBIAN,
    POSTGRES_OLDER_BASE: POSTGRES_13,
    POSTGRES: "15",
    POSTGRES_OLDER: "13",
    INSTALL: ":",
  };
  const engine = await containerEngine();
  const args = Object.entries(bases).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
  // Layers that no build of the last days has used.
  await engine.attempt(["podman", "image", "prune", "--force", "--filter", "until=48h"]);
  await engine.run("scripts/image", target, name, "--network", "host", ...args, ...more);
}

/** The fixture needs Bun and its own source, made one file. */
async function addDatamon(): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "datamon-image-"));
  const fixture = join(root, "test/fixtures/datamon");
  const made = await Bun.build({ entrypoints: [join(fixture, "store.ts")], target: "bun" });
  await Bun.write(join(context, "store.ts"), await (made.outputs[0]?.text() ?? ""));
  const engine = await containerEngine();
  const lines = [
    `FROM ${POSTGRES}`,
    "USER 0",
    "COPY --from=bun bun /usr/local/bin/bun",
    "COPY --from=fixture datamon /opt/datamon/",
    "COPY store.ts /opt/datamon/",
    "RUN ln -s /opt/datamon/datamon /usr/local/bin/datamon",
    "ENV DATAMON_FIXTURE_STORE=file:///store SIDECAR_STORE=file:///store",
    "USER 1020:2000",
  ];
  const bun = dirname(realpathSync(process.execPath));
  await build(engine, DATAMON, context, lines, [`bun=${bun}`, `fixture=${fixture}`]);
  await rm(context, { recursive: true });
}
