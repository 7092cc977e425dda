import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import type { Container } from "../support/container.ts";
import { requirePart } from "../support/parts.ts";
import { makePod, OLD_PEERS, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const exits = (...containers: Container[]) => Promise.all(containers.map((container) => container.exit()));
const run = (id: string | undefined) => ({ SIDECAR_RUN_ID: id });

test("a pod of its own identity starts clean in a directory that another one used to its end", async () => {
  expect(await exits(pod.files([], run("one")), pod.app("echo 1 >out/new", [], run("one")))).toEqual([0, 0]);
  expect(await exits(pod.app("echo 2 >out/new", [], run("two")), pod.files([], run("two")))).toEqual([0, 0]);
  expect(pod.bundles()).toBe(3);
  expect(await pod.bundle()).toEqual({ new: "2\n" });
});

test("a pod of its own identity starts clean where another one was killed in the middle", async () => {
  const [files, app] = [
    pod.files([], run("one")),
    pod.app("touch started; exec sleep infinity", [], run("one")),
  ];
  await pod.until(() => pod.has("started"));
  await Promise.all([files.destroy(), app.destroy()]);
  const second = [pod.app("cat in/hello >out/new", [], run("two")), pod.files([], run("two"))];
  expect(await exits(...second)).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "world" });
});

test("without an identity a run that is over is followed by a new one", async () => {
  for (const text of ["1", "2"]) {
    const app = pod.app(`echo ${text} >out/new`, [], run(undefined));
    // Whoever comes first begins the run: the wrapper, so that its sidecar cannot take the old run for its own.
    await app.says("waiting");
    expect(await exits(pod.files([], run(undefined)), app)).toEqual([0, 0]);
  }
  expect(pod.bundles()).toBe(3);
  expect(await pod.bundle()).toEqual({ new: "2\n" });
});

test("after a run with an old wrapper, whose markers stay, a new run does not upload before its time", async () => {
  const old = pod.start([
    join(OLD_PEERS, "wrap_application.sh"),
    "-c",
    pod.path("coord"),
    "-bfuse",
    "sh",
    "-c",
    "echo 1 >out/new",
  ]);
  expect(await exits(pod.files([], run("one")), old)).toEqual([0, 0]);
  const files = pod.files([], run("two"));
  await files.says("ready");
  expect(await exits(pod.app("echo 2 >out/new", [], run("two")), files)).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "2\n" });
});

test("a participant of another pod in the same directory is told, and who was there ends too", async () => {
  const files = pod.files([], run("one"));
  await files.says("ready");
  const stranger = pod.app("touch ran", [], run("two"));
  expect(await files.exit()).toBe(78);
  expect(files.errors.join()).toContain("another run was begun in");
  expect(files.errors.join()).toContain("give all participants of a pod the same run id");
  stranger.signal("SIGTERM");
  expect(await stranger.exit()).toBe(143);
  expect(pod.has("ran")).toBe(false);
});

test.skipIf(!requirePart("root"))(
  "an upload into a full store fails, with the run, and sets no label",
  async () => {
    const files = pod.files();
    const app = pod.app(
      "touch started; while ! [ -f go ]; do sleep 0.02; done; head -c 100000 /dev/urandom >out/big",
    );
    await pod.until(() => pod.has("started"));
    const blob = join(pod.store.folder, "blob");
    expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", blob]).exitCode).toBe(0);
    try {
      pod.write("", "go");
      const [code, wrapper] = await exits(files, app);
      expect([71, 74]).toContain(code!);
      expect(wrapper).toBe(69);
      expect(app.errors.join()).toMatch(/files sidecar failed while uploading: .*(ENOSPC|full|no space)/i);
    } finally {
      Bun.spawnSync(["umount", blob]);
    }
    expect(await pod.bundle()).toBeUndefined();
    expect(pod.bundles()).toBe(1);
  },
);
