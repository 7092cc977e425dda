import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { requirePart } from "../support/parts.ts";
import { makePod, OLD_PEERS, type Pod } from "../support/pod.ts";
import type { Container } from "../support/container.ts";

const canMount = requirePart("bindfs") && requirePart("fuse");

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const WORK = "cp in/hello out/ && echo made >out/new";
const RESULT = { hello: "world", new: "made\n" };
/** A script's settings come its own way, not through our variables. */
const NO_VARIABLES = { SIDECAR_COORD_POINT: undefined };

const WRAPPERS: Record<string, () => Container> = {
  "the old wrapper": () =>
    pod.start([
      join(OLD_PEERS, "wrap_application.sh"),
      "-c",
      pod.path("coord"),
      "-b",
      "fuse",
      "--",
      "sh",
      "-c",
      WORK,
    ]),
  "the new wrapper": () =>
    pod.run(
      "wrap_application.sh",
      ["-c", pod.path("coord"), "-b", "fuse", "--", "sh", "-c", WORK],
      NO_VARIABLES,
    ),
};

/** The parameters of old, as YAML. */
function parameters(): string {
  const { repo, label } = pod.store;
  return [
    "globalOpts:",
    `  coordPoint: ${pod.path("coord")}`,
    "  sleepInsteadOfExit: false",
    "  configBucketName: bucket",
    "bundles:",
    `- {name: src, srcPath: ${pod.path("in")}, srcRepo: ${repo}, srcLabel: ${label}}`,
    `- {name: dest, destPath: ${pod.path("out")}, destRepo: ${repo}, destMessage: 'its "message"', destLabel: result, destBundleID: ${pod.path("ids/out")}}`,
  ].join("\n");
}

/** The old dictionary format, with the separators `;` and `:`. */
function entries(...words: string[]): string {
  return `;:${words.join(";")}`;
}

/** The three ways of old to configure `wrap_datamon.sh`, the second in two forms. */
const CONFIGURATIONS: Record<string, () => { args?: string[]; env?: Record<string, string> }> = {
  "by arguments": () => ({
    args: [
      "-c",
      pod.path("coord"),
      "-i",
      pod.path("ids/out"),
      "-d",
      "config create --name 'A Name' --email a@example.com",
      "-d",
      `bundle mount --stream --mount ${pod.path("in")} --repo ${pod.store.repo} --label ${pod.store.label}`,
      "-d",
      `bundle upload --path ${pod.path("out")} --message 'its "message"' --repo ${pod.store.repo} --label result`,
    ],
  }),
  "by a file in dm_fuse_params": () => ({ env: { dm_fuse_params: pod.write(parameters(), "params.yaml") } }),
  "by text in dm_fuse_params": () => ({ env: { dm_fuse_params: parameters() } }),
  "by dm_fuse_opts and dm_fuse_bd_NAME": () => {
    const { repo, label } = pod.store;
    return {
      env: {
        dm_fuse_opts: entries(`c:${pod.path("coord")}`),
        dm_fuse_bd_src: entries(`sp:${pod.path("in")}`, `sr:${repo}`, `sl:${label}`),
        dm_fuse_bd_dest: entries(
          `dp:${pod.path("out")}`,
          `dr:${repo}`,
          'dm:its "message"',
          "dl:result",
          `dif:${pod.path("ids/out")}`,
        ),
      },
    };
  },
};

for (const [wrapper, wrap] of Object.entries(WRAPPERS)) {
  for (const [way, configure] of Object.entries(CONFIGURATIONS)) {
    test.skipIf(!canMount)(
      `${wrapper} and the new files sidecar, configured ${way}, mount, use and upload`,
      async () => {
        const { args = [], env = {} } = configure();
        const files = pod.run("wrap_datamon.sh", args, { ...pod.datamon(), ...NO_VARIABLES, ...env });
        const app = wrap();
        expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
        expect(await pod.bundle()).toEqual(RESULT);
        expect(pod.read("ids/out")).toMatch(/^[0-9A-Za-z]{27}\n$/);
        expect(pod.read("calls")).toContain('its "message"');
        expect(pod.mounts()).toEqual([]);
      },
    );
  }
  test(`${wrapper} and the new files sidecar by the native engine without the datamon command`, async () => {
    const files = pod.files();
    const app = wrap();
    expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
    expect(await pod.bundle()).toEqual(RESULT);
  });
}

test("the new wrapper and old sidecars of every kind complete", async () => {
  const old = (kind: string) => pod.start([join(OLD_PEERS, "sidecar.sh"), pod.path("coord"), kind]);
  pod.write("world", "in/hello");
  pod.write("its output", "coord/out");
  const sidecars = ["fuse", "a", "b"].map(old);
  const app = pod.run("wrap_application.sh", [
    "-c",
    pod.path("coord"),
    "-b",
    "fuse",
    "-b",
    "postgres",
    "-d",
    "a b",
    "sh",
    "-c",
    WORK,
  ]);
  expect(await app.exit()).toBe(0);
  for (const sidecar of sidecars) expect(await sidecar.exit()).toBe(0);
  expect(pod.read("coord/archived")).toBe("its output");
});

test("the old wrapper waits for a new sidecar and an old one", async () => {
  const app = pod.start([
    join(OLD_PEERS, "wrap_application.sh"),
    "-c",
    pod.path("coord"),
    "-bfuse",
    "-bpostgres",
    "-ddb",
    "sh",
    "-c",
    WORK,
  ]);
  const [files, db] = [pod.files(), pod.start([join(OLD_PEERS, "sidecar.sh"), pod.path("coord"), "db"])];
  expect([await app.exit(), await files.exit(), await db.exit()]).toEqual([0, 0, 0]);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("markers left by a run of old do not start the upload of a new run before its time", async () => {
  mkdirSync(pod.path("coord"));
  for (const marker of ["mountdone", "initupload"]) pod.write("", "coord", marker);
  const files = pod.files();
  await files.says("ready");
  expect(files.log.map(({ message }) => message)).toContain("removed a marker left by an earlier run");
  const app = pod.start([
    join(OLD_PEERS, "wrap_application.sh"),
    "-c",
    pod.path("coord"),
    "-b",
    "fuse",
    "sh",
    "-c",
    WORK,
  ]);
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual(RESULT);
});
