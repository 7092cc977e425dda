import { afterEach, beforeEach, expect, test } from "bun:test";
import { requirePart } from "../support/parts.ts";
import { makePod, type Pod } from "../support/pod.ts";

const check = test.skipIf(!(requirePart("bindfs") && requirePart("fuse")));

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const MOUNT = ["--source", "in.mode=mount"];
const POLITE = "trap 'touch asked; exit 0' TERM; touch started; while :; do sleep 0.02; done";
const started = (): Promise<void> => pod.until(() => pod.has("started"));
const isMounted = (): boolean => pod.mounts().length > 0;

check("a mounted bundle is there for the application and gone afterwards", async () => {
  const files = pod.files(MOUNT, pod.datamon());
  const app = pod.app("grep -F in /proc/mounts >out/mounts; cp in/hello out/; ! touch in/new");
  await files.says("ready");
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  const bundle = await pod.bundle();
  expect(bundle?.["hello"]).toBe("world");
  expect(bundle?.["mounts"]).toContain(`${pod.path("in")} fuse.datamon ro`);
  expect(isMounted()).toBe(false);
  expect(await files.leftOver()).toEqual([]);
});

check("a mount whose server dies in the middle stops the application, with the reason", async () => {
  const files = pod.files(MOUNT, pod.datamon());
  const app = pod.app(POLITE);
  await started();
  process.kill(files.process("bindfs"), "SIGKILL");
  const code = await files.exit();
  expect(await app.exit()).toBe(69);
  expect(code).toBe(74);
  expect(app.errors.join()).toMatch(/^files sidecar failed while ready: .*mount/);
  expect(pod.has("asked")).toBe(true);
  expect(isMounted()).toBe(false);
  expect(pod.bundles()).toBe(1);
});

check("an application that fails releases the mount", async () => {
  const files = pod.files(MOUNT, pod.datamon());
  const app = pod.app("exit 3");
  expect([await app.exit(), await files.exit()]).toEqual([3, 0]);
  expect(isMounted()).toBe(false);
});

check(
  "SIGTERM to the sidecar does not take the mount from a running application before the grace ends",
  async () => {
    const files = pod.files(MOUNT, pod.datamon());
    const app = pod.app("trap 'cp in/hello out/; exit 0' TERM; touch started; while :; do sleep 0.02; done");
    await started();
    files.signal("SIGTERM");
    app.signal("SIGTERM");
    expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
    expect(await pod.bundle()).toEqual({ hello: "world" });
    expect(isMounted()).toBe(false);
  },
);

check("a wrapper that dies has the mount released", async () => {
  const soon = { SIDECAR_SILENCE_TIMEOUT: "1500ms" };
  const files = pod.files(MOUNT, { ...pod.datamon(), ...soon });
  const app = pod.app(POLITE, [], soon);
  await started();
  await app.destroy();
  expect(await files.exit()).toBe(69);
  expect(isMounted()).toBe(false);
});

test("a sidecar that is stopped is silent, and silence ends the application", async () => {
  const soon = { SIDECAR_SILENCE_TIMEOUT: "1500ms" };
  const [files, app] = [pod.files([], soon), pod.app(POLITE, [], soon)];
  await started();
  files.signalAll("SIGSTOP");
  expect(await app.exit()).toBe(69);
  expect(app.errors.join()).toMatch(/files sidecar has given no sign of life for .* \(last phase: ready\)/);
  files.signalAll("SIGCONT");
  expect(await files.exit()).toBe(69);
  expect(files.errors.join()).toContain("the wrapper failed: files sidecar has given no sign of life");
});
