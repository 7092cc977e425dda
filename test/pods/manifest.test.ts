import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SmallStore } from "../support/datamon-store.ts";
import { requirePart } from "../support/parts.ts";
import { BUSYBOX, DEBIAN } from "../support/podman/bases.ts";
import { containerEngine } from "../support/podman/engine.ts";
import { makeImage, POSTGRES, SIDECAR } from "../support/podman/images.ts";
import { type KubePod, playPod } from "../support/podman/pod.ts";
import { bundleOf, podStore } from "../support/podman/pod-store.ts";

const BUILD_MS = 300_000;
const possible = requirePart("podman") && requirePart("debian.tar (scripts/fetch-debian)");

const SETTINGS = `
coordPoint: /coord
store: file:///store
silenceTimeout: 2s
beatInterval: 200ms
pollInterval: 200ms
sources:
  - { name: input, path: /data/input, repo: golden-repo, label: golden }
destinations:
  - { name: output, path: /data/output, repo: golden-repo, label: result, message: made by a pod }
`;
const DATABASE = `
databases:
  - { name: numbers, port: 5430, destinationRepo: golden-repo, destinationLabel: numbers, destinationMessage: m }
`;
const FOREVER = "echo started; trap 'echo asked; exit 0' TERM; while :; do sleep 0.1; done";

let store: SmallStore;
let folder: string;
let pods: KubePod[];
beforeAll(async () => {
  if (!possible) return;
  for (const image of [SIDECAR, POSTGRES]) await makeImage(image);
}, BUILD_MS);
beforeEach(async () => {
  pods = [];
  if (!possible) return;
  folder = await mkdtemp(join(tmpdir(), "settings-"));
  chmodSync(folder, 0o755);
  store = await podStore();
});
afterEach(async () => {
  for (const pod of pods) await pod.remove();
  await store?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** What the image's own `datamon-sidecar manifest` writes. */
async function manifest(
  kind: string,
  settings: string,
  flags: readonly string[],
  ...command: readonly string[]
) {
  await Bun.write(join(folder, "sidecar.yaml"), settings);
  const images = ["--image", SIDECAR, "--postgres-image", POSTGRES, "--app-image", "the-application"];
  const words = [
    "manifest",
    kind,
    "--config",
    "/settings/sidecar.yaml",
    ...images,
    ...flags,
    "--",
    ...command,
  ];
  const podman = [
    "podman",
    "run",
    "--rm",
    "--network",
    "none",
    "--volume",
    `${folder}:/settings:ro`,
    SIDECAR,
  ];
  return await (await containerEngine()).run(...podman, "datamon-sidecar", ...words);
}

async function play(
  script: string,
  { settings = SETTINGS, kind = "pod", flags = [] as readonly string[], application = BUSYBOX } = {},
): Promise<KubePod> {
  const yaml = await manifest(kind, settings, flags, "sh", "-ec", script);
  const images = { "the-application": application };
  const pod = await playPod(yaml, { images, claims: { "datamon-store": store.folder } });
  pods.push(pod);
  return pod;
}

describe.skipIf(!possible)("a generated manifest", () => {
  test.each(["pod", "job"])("of kind %s runs, without privilege, on read-only roots", async (kind) => {
    const pod = await play("cat /data/input/hello >/data/output/copy; id -u", { kind });
    expect(await pod.exitCodes()).toEqual({ app: 0, files: 0 });
    expect(await pod.logs("app")).toContain("1020");
    expect(await bundleOf(store)).toEqual({ copy: "world" });
  });

  test("mixes bundles and a database", async () => {
    const psql = "/usr/lib/postgresql/15/bin/psql -qAt -h localhost -p 5430 -U postgres";
    const script = `${psql} -c 'create table t as select 7 as x'; ${psql} -c 'select x from t' >/data/output/x`;
    const pod = await play(script, { settings: SETTINGS + DATABASE, application: DEBIAN });
    expect(await pod.exitCodes()).toEqual({ app: 0, files: 0, postgres: 0 });
    expect(await bundleOf(store)).toEqual({ x: "7\n" });
    expect(await bundleOf(store, "numbers")).toMatchObject({ PG_VERSION: "15\n" });
  });

  test("passes the application's code on, and uploads nothing", async () => {
    const pod = await play("echo half >/data/output/half; exit 7");
    expect(await pod.exitCodes()).toEqual({ app: 7, files: 0 });
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("uploads nothing when the application is killed", async () => {
    const pod = await play("kill -9 $$");
    expect(await pod.exitCodes()).toEqual({ app: 137, files: 0 });
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("stops the application when its sidecar is killed, and says so", async () => {
    const pod = await play(FOREVER);
    await pod.says("app", "started");
    await pod.signal("files", "SIGKILL");
    expect(await pod.exitCodes()).toEqual({ app: 69, files: 137 });
    expect(await pod.logs("app")).toContain("asked");
    expect(pod.terminationMessage("app")).toContain("files");
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("ends the sidecar with a failure when the wrapper is killed", async () => {
    const pod = await play(FOREVER);
    await pod.says("app", "started");
    await pod.signal("app", "SIGKILL");
    expect(await pod.exitCodes()).toEqual({ app: 137, files: 69 });
    expect(pod.terminationMessage("files")).toContain("app");
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("fails everywhere when the store refuses the upload, and says why", async () => {
    const settings = SETTINGS.replace(
      "repo: golden-repo, label: result",
      "repo: no-such-repo, label: result",
    );
    const pod = await play("echo x >/data/output/x", { settings });
    const codes = await pod.exitCodes();
    expect(codes["app"]).toBe(69);
    expect(codes["files"]).toBeGreaterThan(0);
    for (const container of ["app", "files"]) {
      expect(pod.terminationMessage(container)).toContain("no-such-repo");
    }
  });

  test("answers its probes while the application runs", async () => {
    const pod = await play(FOREVER);
    await pod.says("app", "started");
    for (const probe of ["ready", "alive"]) {
      const words = ["datamon-sidecar", probe, "--coord-point", "/coord", "--for", "files"];
      const answer = await pod.exec("files", ...words);
      expect(answer).toMatchObject({ code: 0 });
    }
    await pod.signal("app", "SIGTERM");
    expect(await pod.exitCode("files")).toBe(0);
    expect(await pod.logs("app")).toContain("asked");
  });

  test("with native sidecars uploads, and ends when it is asked to", async () => {
    const pod = await play("cp /data/input/hello /data/output/", { flags: ["--native-sidecar"] });
    expect(await pod.exitCode("app")).toBe(0);
    expect(await bundleOf(store)).toEqual({ hello: "world" });
    await pod.signal("files", "SIGTERM");
    expect(await pod.exitCode("files")).toBe(0);
  });
});
