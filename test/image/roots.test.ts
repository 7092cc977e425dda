import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { muslCompiler } from "../../scripts/build/launcher.ts";
import { run as runTool } from "../../scripts/build/run.ts";
import { isTarget } from "../../scripts/build/targets.ts";
import { requirePart } from "../support/parts.ts";
import { build, BUSYBOX, DEBIAN } from "../support/podman/bases.ts";
import { containerEngine, type Engine } from "../support/podman/engine.ts";
import { makeImage, SIDECAR } from "../support/podman/images.ts";
import { TRAPS } from "../support/traps.ts";

const BUILD_MS = 300_000;
const possible =
  requirePart("podman") && requirePart("musl-gcc") && requirePart("debian.tar (scripts/fetch-debian)");
/** An image that holds nothing but one static program. */
const EMPTY = "localhost/test-empty";

let engine: Engine;
let folder: string;
beforeAll(async () => {
  if (!possible) return;
  engine = await containerEngine();
  await makeImage(SIDECAR);
  folder = await mkdtemp(join(tmpdir(), "roots-"));
  chmodSync(folder, 0o755);
  for (const name of ["scripts", "hostile"]) {
    mkdirSync(join(folder, name));
    chmodSync(join(folder, name), 0o777);
  }
  writeFileSync(join(folder, "hostile/.env"), "SIDECAR_COORD_POINT=/nowhere\nHOSTILE=1\n");
  writeFileSync(join(folder, "hostile/bunfig.toml"), 'preload = ["./hostile.ts"]\n');
  writeFileSync(join(folder, "hostile/hostile.ts"), 'console.log("hostile"); process.exit(99);\n');
  const target = process.arch;
  if (!isTarget(target)) throw new Error(`cannot test on ${target}`);
  const show = join(folder, "show");
  runTool(folder, [
    ...muslCompiler(target, "/"),
    join(import.meta.dir, "../fixtures/launcher/show.c"),
    "-lc",
    "-lgcc",
    "-o",
    show,
  ]);
  await build(engine, EMPTY, folder, ["FROM scratch", "COPY show /show"]);
  // As an initContainer does it: by busybox, into a volume.
  const copy = ["sh", "-c", "cp -a /.scripts/* /scripts"];
  await engine.run("podman", "run", "--rm", "--volume", `${folder}/scripts:/scripts`, SIDECAR, ...copy);
}, BUILD_MS);
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

interface Case {
  readonly image: string;
  readonly at?: string;
  readonly user?: string;
  readonly readOnly?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before the kit, in the same process. */
  readonly before?: string;
}

/** Runs `/show x` through the kit in a fresh container; the kit and the program come by read-only volumes. */
async function showIn({
  image,
  at = "/scripts",
  user = "0:0",
  readOnly = false,
  cwd,
  env = {},
  before,
}: Case) {
  const coord = await mkdtemp(join(folder, "coord-"));
  chmodSync(coord, 0o777);
  // From a sidecar of old, which has mounted.
  writeFileSync(join(coord, "mountdone"), "");
  const app = [`${at}/datamon-sidecar`, "app", "--coord-point", "/coord", "--wait-for", "files"];
  const words = [...app, "--upload", "never", "--", "/application/show", "x"];
  const command = before === undefined ? words : ["/bin/sh", "-ec", `${before}; exec "$@"`, "sh", ...words];
  return await engine.attempt(
    [
      ["podman", "run", "--rm", "--network", "none", "--user", user, `--read-only=${readOnly}`],
      ["--volume", `${folder}/scripts:${at}:ro`, "--volume", `${coord}:/coord`],
      ["--volume", `${folder}/show:/application/show:ro`, "--volume", `${folder}/hostile:/hostile:ro`],
      cwd === undefined ? [] : ["--workdir", cwd],
      Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      [image, ...command],
    ].flat(),
  );
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

describe.skipIf(!possible)("the kit, copied by an initContainer, runs the application", () => {
  const images: readonly [string, string][] = [
    ["in an image with nothing else", EMPTY],
    ["on busybox", BUSYBOX],
    ["on Debian", DEBIAN],
  ];
  const ways: readonly [string, Omit<Case, "image">][] = [
    ["as root", {}],
    ["as nobody, on a read-only root", { user: "65534:65534", readOnly: true }],
    ["as a user of no name, under another mount path", { user: "12345:0", at: "/opt/tools/kit" }],
    ["by a path with spaces", { at: "/mounted else where/scripts" }],
    ["with traps for Bun and the loader that are the application's", { env: TRAPS }],
    ["in a working directory full of settings for Bun", { cwd: "/hostile" }],
  ];
  describe.each(images)("%s", (_, image) => {
    test.each(ways)("%s", async (_way, given) => {
      const { code, out, err } = await showIn({ image, ...given });
      expect(err).not.toContain('"level":"error"');
      expect(code).toBe(0);
      expect(out).toContain(`argument ${hex("/application/show")}\nargument ${hex("x")}\n`);
      expect(out).toContain(`directory ${given.cwd ?? "/"}\n`);
      expect(out).not.toContain(hex("HOSTILE"));
      for (const [name, value] of Object.entries(given.env ?? {})) {
        expect(out).toContain(`variable ${hex(`${name}=${value}`)}\n`);
      }
    });
  });

  test.each([
    ["busybox", BUSYBOX],
    ["Debian", DEBIAN],
  ])("in a working directory that is deleted, on %s", async (_, image) => {
    const before = "mkdir /tmp/gone; cd /tmp/gone; rmdir /tmp/gone";
    const { code, out } = await showIn({ image, before });
    expect(code).toBe(0);
    expect(out).toContain("directory (lost)\n");
  });
});
