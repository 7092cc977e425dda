import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { SmallStore } from "../support/datamon-store.ts";
import { requirePart } from "../support/parts.ts";
import { BUSYBOX, DEBIAN } from "../support/podman/bases.ts";
import { DATAMON, makeImage, POSTGRES_WITH_STORE, SIDECAR } from "../support/podman/images.ts";
import { type KubePod, playPod } from "../support/podman/pod.ts";
import { bundleOf, podStore } from "../support/podman/pod-store.ts";

const BUILD_MS = 300_000;
const possible =
  requirePart("podman") && requirePart("fuse") && requirePart("debian.tar (scripts/fetch-debian)");

/** The only change to the specifications of old. */
const IMAGES = {
  "registry.example/datamon-wrapper": SIDECAR,
  "registry.example/datamon-fuse-sidecar": DATAMON,
  "registry.example/datamon-pg-sidecar": POSTGRES_WITH_STORE,
  "registry.example/application": BUSYBOX,
  "registry.example/application-with-psql": DEBIAN,
};

let store: SmallStore;
let pods: KubePod[];
beforeAll(async () => {
  if (!possible) return;
  for (const image of [SIDECAR, POSTGRES_WITH_STORE, DATAMON]) await makeImage(image);
}, BUILD_MS);
beforeEach(async () => {
  pods = [];
  if (possible) store = await podStore();
});
afterEach(async () => {
  for (const pod of pods) await pod.remove();
  await store?.remove();
});

async function play(name: string, change: (text: string) => string = (text) => text): Promise<KubePod> {
  const text = await Bun.file(join(import.meta.dir, "specs", `${name}.yaml`)).text();
  const pod = await playPod(change(text), { images: IMAGES, claims: { store: store.folder } });
  pods.push(pod);
  return pod;
}

/** Puts another program in the place of the application's. */
const work =
  (script: string) =>
  (text: string): string =>
    text.replace(/(name: WORK,\s+value: )".*"/, (_, before) => `${before}${JSON.stringify(script)}`);

describe.skipIf(!possible)("a pod of old, with another image", () => {
  test("reads a mounted bundle and has its output uploaded", async () => {
    const pod = await play("legacy-files");
    expect(await pod.exitCodes()).toEqual({ app: 0, files: 0 });
    expect(await bundleOf(store)).toEqual({
      hello: "world",
      mounts: expect.stringMatching(/ \/tmp\/mount\/src fuse\.datamon ro/),
    });
    expect(pod.list("coord").filter((name) => !name.startsWith("."))).toEqual([
      "initupload",
      "mountdone",
      "uploaddone",
    ]);
    expect(pod.terminationMessage("files")).toBe("");
  });

  test("ends with the application's code when that fails, and uploads nothing", async () => {
    const pod = await play("legacy-files", work("cat /tmp/mount/src/hello; exit 3"));
    expect(await pod.exitCodes()).toEqual({ app: 3, files: 0 });
    expect(await pod.logs("app")).toContain("world");
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("ends everywhere with the reason when a bundle is not there", async () => {
    const pod = await play("legacy-files", (text) => text.replace("srcLabel: golden", "srcLabel: lost"));
    const codes = await pod.exitCodes();
    expect(codes["app"]).toBe(69);
    expect(codes["files"]).toBeGreaterThan(0);
    expect(pod.terminationMessage("files")).toContain("lost");
    expect(pod.terminationMessage("app")).toContain("files sidecar failed");
    expect(pod.terminationMessage("app")).toContain("lost");
    expect(await bundleOf(store)).toBeUndefined();
  });

  test("keeps a database over two runs, beside bundles and a second server", async () => {
    const psql = "/usr/lib/postgresql/15/bin/psql -qAt -v ON_ERROR_STOP=1 -h localhost -U postgres";
    const without = (text: string): string => text.replace(/ {6}src(Repo|Label): .*\n/g, "");
    const write = work(`${psql} -p 5429 -c 'create table t as select 42 as x'; echo ok >/tmp/output/first`);
    const first = await play("legacy-mix", (text) => write(without(text)));
    expect(await first.exitCodes()).toEqual({ app: 0, files: 0, db1: 0, db2: 0 });
    expect(await bundleOf(store)).toEqual({ first: "ok\n" });

    const read = work(`${psql} -p 5430 -c 'select x from t' >/tmp/output/second`);
    const second = await play("legacy-mix", read);
    expect(await second.exitCodes()).toEqual({ app: 0, files: 0, db1: 0, db2: 0 });
    expect(await bundleOf(store)).toEqual({ second: "42\n" });
  });
});
