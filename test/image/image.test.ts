import { beforeAll, describe, expect, test } from "bun:test";
import { requirePart } from "../support/parts.ts";
import { BUSYBOX } from "../support/podman/bases.ts";
import { containerEngine, type Engine } from "../support/podman/engine.ts";
import { buildTarget, makeImage, POSTGRES, SIDECAR } from "../support/podman/images.ts";

const BUILD_MS = 300_000;
const possible = requirePart("podman") && requirePart("debian.tar (scripts/fetch-debian)");

let engine: Engine;
beforeAll(async () => {
  if (!possible) return;
  engine = await containerEngine();
  await makeImage(SIDECAR);
}, BUILD_MS);

const kitFile = (name: string, mode: string): string => `-${mode} 1020:2000 ./.scripts/${name}`;
const kitLink = (name: string): string => `lrwxrwxrwx 1020:2000 ./.scripts/${name} datamon-sidecar`;

/** What `find` says of every file of an image: type and mode, owner, path, target of a link. */
async function content(image: string): Promise<string[]> {
  const script = `cd "$(podman image mount "$0")" && find . -printf '%M %U:%G %p %l\\n' && podman image umount "$0" >/dev/null`;
  const lines = await engine.run("sh", "-ec", script, image);
  return lines
    .split("\n")
    .map((line) => line.trim())
    .toSorted();
}

async function inspect(image: string): Promise<{
  Created: string;
  readonly Digest: string;
  readonly Config: {
    readonly User: string;
    readonly Entrypoint?: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}> {
  return JSON.parse(await engine.run("podman", "image", "inspect", image))[0];
}

/** Runs a command in a fresh container, as the image's user. */
async function runIn(image: string, ...command: readonly string[]) {
  const volume = ["--tmpfs", "/scripts:mode=0777,exec"];
  return await engine.attempt([
    "podman",
    "run",
    "--rm",
    "--network",
    "none",
    ...volume,
    "--",
    image,
    ...command,
  ]);
}

describe.skipIf(!possible)("the image", () => {
  test("holds the kit and its user beside its base, and nothing else", async () => {
    const base = new Set(await content(BUSYBOX));
    const added = (await content(SIDECAR)).filter((line) => !base.has(line));
    expect(added).toEqual(
      [
        "drwxr-xr-x 1020:2000 ./.scripts",
        "drwxr-xr-x 1020:2000 ./.scripts/lib",
        "drwxr-xr-x 0:0 ./home",
        "drwxr-xr-x 1020:2000 ./home/developer",
        kitFile("datamon-sidecar", "rwxr-xr-x"),
        kitFile("lib/datamon-sidecar.bun", "rwxr-xr-x"),
        kitFile("lib/ld.so", "rwxr-xr-x"),
        kitFile("lib/libc.so.6", "rwxr-xr-x"),
        ...["NOTICE", "libdl.so.2", "libm.so.6", "libpthread.so.0"].map((name) =>
          kitFile(`lib/${name}`, "rw-r--r--"),
        ),
        ...["sidecar_param", "wrap_application.sh", "wrap_datamon.sh", "wrap_datamon_pg.sh"].map(kitLink),
      ].toSorted(),
    );
  });

  test("says where it comes from, and runs as nobody special", async () => {
    const { Config, Created } = await inspect(SIDECAR);
    const { version } = await Bun.file("package.json").json();
    expect(Config.User).toBe("1020:2000");
    expect(Config.Entrypoint ?? []).toEqual([]);
    expect(Config.Labels).toMatchObject({
      "org.opencontainers.image.title": "datamon-sidecar",
      "org.opencontainers.image.licenses": "MIT",
      "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.revision": expect.stringMatching(/^([0-9a-f]{40}(-modified)?|unknown)$/),
    });
    // No time of the commit in the layers, or a layer that holds the same would be another after each commit.
    expect(Created).toStartWith("1970-01-01T00:00:00");
    const { out } = await runIn(SIDECAR, "id");
    expect(out).toStartWith("uid=1020(developer) gid=2000(developers)");
  });

  test("knows the commit that its label names", async () => {
    const { Config } = await inspect(SIDECAR);
    const { out } = await runIn(SIDECAR, "datamon-sidecar", "version", "--json");
    expect(JSON.parse(out)).toMatchObject({ commit: Config.Labels["org.opencontainers.image.revision"] });
  });

  test.each([
    [["wrap_application.sh"], 1, "coordination point not set"],
    [["wrap_datamon.sh"], 1, "coordination point not set"],
    [["wrap_datamon_pg.sh"], 0, ""],
    [["sidecar_param"], 1, ""],
    [["datamon-sidecar", "version"], 0, ""],
    [[], 0, ""],
  ] as const)("%p is found on PATH", async (command, _code, said) => {
    const { code, err } = await runIn(SIDECAR, ...command);
    expect(code).not.toBe(127);
    expect(err).toContain(said);
  });

  test("the initContainer line of old copies a kit that runs, without a complaint", async () => {
    const line = "cp -a /.scripts/* /scripts && /scripts/datamon-sidecar version";
    expect(await runIn(SIDECAR, "sh", "-c", line)).toMatchObject({ code: 0, err: "" });
  });

  test(
    "a new release changes the last layer alone",
    async () => {
      await buildTarget("sidecar", "localhost/sidecar-next", "--build-arg", "COMMIT=next");
      const layers = (await inspect(SIDECAR)).RootFS.Layers;
      const next = (await inspect("localhost/sidecar-next")).RootFS.Layers;
      expect(next.slice(0, -1)).toEqual(layers.slice(0, -1));
      expect(next.at(-1)).not.toBe(layers.at(-1));
    },
    BUILD_MS,
  );

  test(
    "the same commit gives the same digest, built anew from nothing",
    async () => {
      await buildTarget("sidecar", "localhost/sidecar-again", "--no-cache");
      expect((await inspect("localhost/sidecar-again")).Digest).toBe((await inspect(SIDECAR)).Digest);
    },
    BUILD_MS,
  );
});

describe.skipIf(!possible)("the image with Postgres", () => {
  beforeAll(async () => {
    if (possible) await makeImage(POSTGRES);
  }, BUILD_MS);

  test("has servers of two major versions that run", async () => {
    const script = "for folder in /usr/lib/postgresql/*/bin; do $folder/postgres --version; done";
    const { out } = await runIn(POSTGRES, "sh", "-c", script);
    expect(out).toMatch(/^postgres \(PostgreSQL\) 13\..*\npostgres \(PostgreSQL\) 15\./);
  });

  test("shares the layer of the kit with the image without", async () => {
    const [plain, postgres] = await Promise.all([inspect(SIDECAR), inspect(POSTGRES)]);
    expect(postgres.RootFS.Layers.at(-1)).toBe(plain.RootFS.Layers.at(-1) ?? "none");
  });
});
