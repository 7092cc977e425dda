import { afterEach, beforeEach, expect, test } from "bun:test";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

/** Ends well when asked to, with something made. */
const POLITE = "trap 'echo made >out/new; exit 0' TERM INT; touch started; while :; do sleep 0.02; done";
const DEAF = "trap '' TERM; touch started; while :; do sleep 0.02; done";
const SHORT = { SIDECAR_GRACE: "300ms" };
const started = (): Promise<void> => pod.until(() => pod.has("started"));

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} to a waiting wrapper ends it with ${code}, and its sidecar with 69`, async () => {
    const gate = pod.gated("download");
    const files = pod.files([], gate.env);
    const app = pod.app("touch started");
    await gate.reached();
    await app.says("waiting");
    app.signal(signal);
    expect([await app.exit(), await files.exit()]).toEqual([code, 69]);
    expect(app.errors).toEqual([`stopped by ${signal} while waiting`]);
    expect(files.errors).toEqual([`the wrapper failed: stopped by ${signal} while waiting`]);
    expect(await files.leftOver()).toEqual([]);
    expect(pod.has("started")).toBe(false);
  });

  test(`${signal} to a wrapper reaches its application, and what that makes of it is uploaded`, async () => {
    const [files, app] = [pod.files(), pod.app(POLITE)];
    await started();
    app.signal(signal);
    expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
    expect(await pod.bundle()).toEqual({ new: "made\n" });
  });
}

test("an application that does not heed SIGTERM is killed when the grace ends, and nothing is uploaded", async () => {
  const [files, app] = [pod.files(), pod.app(DEAF, [], SHORT)];
  await started();
  app.signal("SIGTERM");
  expect([await app.exit(), await files.exit()]).toEqual([137, 0]);
  expect(await app.leftOver()).toEqual([]);
  expect(pod.bundles()).toBe(1);
});

test("an application that dies of the SIGTERM passed on gives 143", async () => {
  const [files, app] = [pod.files(), pod.app("touch started; exec sleep infinity")];
  await started();
  app.signal("SIGTERM");
  expect([await app.exit(), await files.exit()]).toEqual([143, 0]);
  expect(app.errors).toEqual(["application was ended by SIGTERM"]);
});

test("SIGTERM to a wrapper that waits for an upload leaves it the grace to finish", async () => {
  const gate = pod.gated("upload");
  const files = pod.files([], gate.env);
  const app = pod.app("echo made >out/new");
  await gate.reached();
  app.signal("SIGTERM");
  gate.open();
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});

test("an upload that outlasts the grace after SIGTERM ends the wrapper with 143, saying what it waited for", async () => {
  const gate = pod.gated("upload");
  const files = pod.files([], gate.env);
  const app = pod.app("echo made >out/new", [], SHORT);
  await gate.reached();
  app.signal("SIGTERM");
  expect(await app.exit()).toBe(143);
  expect(app.errors.join()).toMatch(
    /the grace ended while waiting for the upload by files sidecar \(uploading: /,
  );
  gate.open();
  expect(await files.exit()).toBe(0);
});

test("SIGTERM to a preparing sidecar breaks its work off and ends both", async () => {
  const files = pod.files([], pod.datamon("hang-download"));
  const app = pod.app("touch started");
  await pod.until(() => pod.read("calls").includes("bundle download"));
  await app.says("waiting");
  files.signal("SIGTERM");
  expect([await files.exit(), await app.exit()]).toEqual([143, 69]);
  expect(app.errors).toEqual(["files sidecar failed while preparing: stopped by SIGTERM while preparing"]);
  expect(await files.leftOver()).toEqual([]);
});

test("SIGTERM to a sidecar alone leaves it serving until its grace ends, which then stops the application", async () => {
  const [files, app] = [pod.files([], SHORT), pod.app(POLITE)];
  await started();
  files.signal("SIGTERM");
  expect([await files.exit(), await app.exit()]).toEqual([143, 69]);
  expect(app.errors).toEqual([
    "files sidecar failed while ready: stopped by SIGTERM: the grace ended while ready",
  ]);
  expect(pod.bundles()).toBe(1);
});

test("SIGTERM to a sidecar that uploads lets the upload end well", async () => {
  const gate = pod.gated("upload");
  const files = pod.files([], gate.env);
  const app = pod.app("echo made >out/new");
  await gate.reached();
  files.signal("SIGTERM");
  gate.open();
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});

test("a pod that is deleted uploads what its application makes of SIGTERM, inside the grace", async () => {
  const [files, app] = [pod.files(), pod.app(POLITE)];
  await started();
  files.signal("SIGTERM");
  app.signal("SIGTERM");
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});

test("a pod that is deleted while it waits ends at once", async () => {
  const files = pod.files([], pod.datamon("hang-download"));
  const app = pod.app("true");
  await pod.until(() => pod.read("calls").includes("bundle download"));
  await app.says("waiting");
  files.signal("SIGTERM");
  app.signal("SIGTERM");
  // Each may hear of the other's end before its own signal.
  const codes = [await files.exit(), await app.exit()].toSorted((a, b) => b - a);
  expect(codes[0]).toBe(143);
  expect([69, 143]).toContain(codes[1]!);
});
