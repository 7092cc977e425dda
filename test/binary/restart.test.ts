import { renameSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Container } from "../support/container.ts";
import { requirePart } from "../support/parts.ts";
import { makePod, type Pod } from "../support/pod.ts";

const canMount = requirePart("bindfs") && requirePart("fuse");

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

/** Notes that it ran; ends when the gate is opened. */
const WORK = "echo ran >>ran; while ! [ -f go ]; do sleep 0.02; done; cp in/hello out/";
const RESULT = { hello: "world" };
const runs = (): number => pod.read("ran").split("\n").length - 1;
const exits = (...containers: Container[]) => Promise.all(containers.map((container) => container.exit()));

test("a sidecar killed while preparing goes on when it is started again", async () => {
  const gate = pod.gated("download");
  const first = pod.files([], gate.env);
  const app = pod.app(WORK);
  await gate.reached();
  await first.destroy();
  gate.open();
  pod.write("", "go");
  const second = pod.files([], gate.env);
  expect(await exits(app, second)).toEqual([0, 0]);
  expect(pod.status("files").attempt).toBe(2);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("a sidecar that serves downloads may be killed under a running application", async () => {
  const first = pod.files();
  const app = pod.app(WORK);
  await pod.until(() => runs() === 1);
  await first.destroy();
  const second = pod.files();
  await second.says("ready");
  pod.write("", "go");
  expect(await exits(app, second)).toEqual([0, 0]);
  expect(runs()).toBe(1);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("a sidecar killed while uploading makes one bundle when it is started again", async () => {
  pod.write("", "go");
  const first = pod.files();
  const app = pod.app(`${WORK}; head -c 20000000 /dev/urandom >out/large`);
  await first.says("uploading");
  await first.destroy();
  const second = pod.files();
  expect(await exits(app, second)).toEqual([0, 0]);
  expect(pod.bundles()).toBe(2);
  expect(await pod.bundle()).toMatchObject(RESULT);
});

test("a sidecar killed twice while uploading still makes one bundle", async () => {
  pod.write("", "go");
  const app = pod.app(`${WORK}; head -c 20000000 /dev/urandom >out/large`);
  for (let attempt = 0; attempt < 2; attempt++) {
    const files = pod.files();
    await files.says("uploading");
    await files.destroy();
  }
  expect(await exits(app, pod.files())).toEqual([0, 0]);
  expect(pod.bundles()).toBe(2);
});

test("a sidecar killed before it could say that it had uploaded does not upload again", async () => {
  pod.write("", "go");
  const gate = pod.gated("upload");
  const first = pod.files([], gate.env);
  const app = pod.app(WORK);
  await gate.reached();
  gate.open();
  await first.says("uploaded");
  await first.destroy();
  const again = pod.files([], gate.env);
  expect(await exits(app, again)).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual(RESULT);
});

test.skipIf(!canMount)(
  "a sidecar whose mount was killed under a running application fails and says so",
  async () => {
    const mount = ["--source", "in.mode=mount"];
    const first = pod.files(mount, pod.datamon());
    const app = pod.app(WORK);
    await pod.until(() => runs() === 1);
    await first.destroy();
    const second = pod.files(mount, pod.datamon());
    expect(await exits(app, second)).toEqual([69, 71]);
    expect(app.errors.join()).toContain(
      "was killed and started again while the application was using what it served",
    );
    expect(pod.bundles()).toBe(1);
  },
);

test.skipIf(!canMount)(
  "a sidecar whose mount was killed while the wrapper waits for another mounts again",
  async () => {
    const mount = ["--source", "in.mode=mount"];
    pod.write("", "go");
    const first = pod.files(mount, pod.datamon());
    const app = pod.app(WORK, ["--wait-for", "postgres:db"]);
    await first.says("ready");
    await first.destroy();
    const second = pod.files(mount, pod.datamon());
    await second.says("ready");
    const db = pod.start([`${import.meta.dir}/../fixtures/old-peers/sidecar.sh`, pod.path("coord"), "db"]);
    expect(await exits(app, second, db)).toEqual([0, 0, 0]);
    expect(await pod.bundle()).toEqual(RESULT);
  },
);

test.skipIf(!canMount)(
  "a sidecar started again into a run that has failed takes its dead mount away",
  async () => {
    const mount = ["--source", "in.mode=mount"];
    const soon = { SIDECAR_SILENCE_TIMEOUT: "1500ms" };
    const first = pod.files(mount, { ...pod.datamon(), ...soon });
    const app = pod.app(WORK, [], soon);
    await pod.until(() => runs() === 1);
    await first.destroy();
    expect(pod.mounts()).toEqual([pod.path("in")]);
    expect(await app.exit()).toBe(69);
    const second = pod.files(mount, { ...pod.datamon(), SIDECAR_RETURN_TIMEOUT: "0" });
    expect([69, 71]).toContain(await second.exit());
    expect(pod.mounts()).toEqual([]);
  },
);

/** Both fail because there is no store, which is then there. */
async function failWithoutStore(): Promise<void> {
  const away = `${pod.store.folder}-away`;
  renameSync(pod.store.folder, away);
  const [files, app] = [pod.files(), pod.app(WORK)];
  expect(await app.exit()).toBe(69);
  expect(await files.exit()).not.toBe(0);
  expect(app.errors.join()).toContain("files sidecar failed while preparing");
  renameSync(away, pod.store.folder);
  pod.write("", "go");
}

test("both fail without a store, and succeed when they are started again, the wrapper first", async () => {
  await failWithoutStore();
  const app = pod.app(WORK);
  await app.says("waiting");
  expect(await exits(app, pod.files())).toEqual([0, 0]);
  expect(runs()).toBe(1);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("both fail without a store, and succeed when they are started again, the sidecar first", async () => {
  await failWithoutStore();
  const files = pod.files();
  await files.says("ready");
  expect(await exits(pod.app(WORK), files)).toEqual([0, 0]);
  expect(runs()).toBe(1);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("who is started again alone gives the other up and says why it had failed", async () => {
  await failWithoutStore();
  const app = pod.app(WORK, [], { SIDECAR_RETURN_TIMEOUT: "200ms" });
  expect(await app.exit()).toBe(69);
  expect(app.errors.join()).toContain("has not come back within 200 ms after it failed while preparing");
  expect(pod.has("ran")).toBe(false);
});

test("a wrapper killed while waiting waits again", async () => {
  const gate = pod.gated("download");
  const files = pod.files([], gate.env);
  const first = pod.app(WORK);
  await gate.reached();
  await first.says("waiting");
  await first.destroy();
  const second = pod.app(WORK);
  await second.says("waiting");
  gate.open();
  pod.write("", "go");
  expect(await exits(second, files)).toEqual([0, 0]);
  expect(runs()).toBe(1);
});

test("a wrapper killed while its application runs runs it again", async () => {
  const files = pod.files();
  const first = pod.app(WORK);
  await pod.until(() => runs() === 1);
  await first.destroy();
  pod.write("", "go");
  const second = pod.app(WORK);
  expect(await exits(second, files)).toEqual([0, 0]);
  expect(runs()).toBe(2);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("a wrapper killed while its sidecar uploads does not run the application again", async () => {
  pod.write("", "go");
  const gate = pod.gated("upload");
  const files = pod.files([], gate.env);
  const first = pod.app(WORK);
  await gate.reached();
  await first.destroy();
  const second = pod.app(WORK);
  await second.says("uploading");
  gate.open();
  expect(await exits(second, files)).toEqual([0, 0]);
  expect(runs()).toBe(1);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("both killed at once, as with a node, complete when they are started again", async () => {
  const [files, app] = [pod.files(), pod.app(WORK)];
  await pod.until(() => runs() === 1);
  await Promise.all([files.destroy(), app.destroy()]);
  pod.write("", "go");
  const again = [pod.app(WORK), pod.files()];
  expect(await exits(...again)).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("finished participants started again say so and exit as before", async () => {
  pod.write("", "go");
  await exits(pod.files(), pod.app(WORK));
  const [files, app] = [pod.files(), pod.app(WORK)];
  expect(await exits(files, app)).toEqual([0, 0]);
  for (const { log } of [files, app]) expect(log[0]?.message).toBe("started again in this run");
  expect(runs()).toBe(1);
  expect(pod.bundles()).toBe(2);
});

test("a wrapper whose application failed exits with the same code when it is started again", async () => {
  await exits(pod.files(), pod.app("exit 3"));
  expect(await exits(pod.files(), pod.app("touch ran"))).toEqual([0, 3]);
  expect(pod.has("ran")).toBe(false);
});
