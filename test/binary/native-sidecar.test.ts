/** Kubernetes' native sidecars: asked to end after the application has, and started again whenever they exit. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const NATIVE = ["--native-sidecar"];
const WORK = "cp in/hello out/";
const RESULT = { hello: "world" };
const isDone = () => pod.status("files").phase === "done";
const probe = (command: string) =>
  pod.run("datamon-sidecar", [command, "--for", "files", "--silence-timeout", "1m"]).exit();

test("when its part is done it stays, ready and alive, until SIGTERM, and then exits with 0", async () => {
  const files = pod.files(NATIVE);
  expect(await pod.app(WORK).exit()).toBe(0);
  await pod.until(isDone, "coord", ".status");
  expect([await probe("ready"), await probe("alive")]).toEqual([0, 0]);
  expect(files.processes()).not.toEqual([]);
  files.signal("SIGTERM");
  expect(await files.exit()).toBe(0);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("started again after success it stays ready and uploads nothing again", async () => {
  const first = pod.files(NATIVE);
  expect(await pod.app(WORK).exit()).toBe(0);
  await pod.until(isDone, "coord", ".status");
  await first.destroy();
  const second = pod.files(NATIVE);
  await pod.until(() => pod.status("files").attempt === 2, "coord", ".status");
  expect([await probe("ready"), await probe("alive")]).toEqual([0, 0]);
  second.signal("SIGTERM");
  expect(await second.exit()).toBe(0);
  expect(pod.bundles()).toBe(2);
});

test("it stays after an application that failed, too, having uploaded nothing", async () => {
  const files = pod.files(NATIVE);
  expect(await pod.app("exit 3").exit()).toBe(3);
  await pod.until(isDone, "coord", ".status");
  files.signal("SIGTERM");
  expect(await files.exit()).toBe(0);
  expect(await pod.bundle()).toBeUndefined();
});

test("SIGTERM during the upload, its wrapper gone, is followed once the upload is done", async () => {
  const gate = pod.gated("upload");
  const files = pod.files(NATIVE, gate.env);
  const app = pod.app(WORK);
  await gate.reached();
  await app.destroy();
  files.signal("SIGTERM");
  await files.says("received SIGTERM");
  gate.open();
  expect(await files.exit()).toBe(0);
  expect(await pod.bundle()).toEqual(RESULT);
});

test("a request for the upload that an old wrapper left just before SIGTERM is not overlooked", async () => {
  pod.write("made", "out", "new");
  const files = pod.files(NATIVE, { SIDECAR_POLL_INTERVAL: "1h" });
  await files.says("ready");
  await pod.until(() => pod.status("files").phase === "ready", "coord", ".status");
  files.signalAll("SIGSTOP");
  pod.write("", "coord", "initupload");
  files.signal("SIGTERM");
  files.signalAll("SIGCONT");
  expect(await files.exit()).toBe(0);
  expect(await pod.bundle()).toEqual({ new: "made" });
});
