import { afterEach, beforeEach, expect, test } from "bun:test";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

/** How soon silence counts as death. */
const SOON = { SIDECAR_SILENCE_TIMEOUT: "1500ms", SIDECAR_GRACE: "1s" };
const SILENT = /has given no sign of life for [\d.]+ m?s/;
const ENDLESS = "echo started >out/started; exec sleep infinity";

test("a sidecar killed while preparing ends the waiting wrapper", async () => {
  const files = pod.files([], { ...SOON, ...pod.datamon("hang-download") });
  const app = pod.app("touch ran", [], SOON);
  await files.says("preparing");
  await pod.until(() => pod.status("files").phase === "preparing" && pod.has("calls"));
  await files.destroy();
  expect(await app.exit()).toBe(69);
  expect(app.errors.join()).toMatch(
    /^files sidecar has given no sign of life for .* \(last phase: preparing\)$/,
  );
  expect(pod.terminationMessage("app")).toMatch(SILENT);
  expect(pod.has("ran")).toBe(false);
});

test("a sidecar killed under a running application ends it, and the wrapper says why", async () => {
  const files = pod.files([], SOON);
  const app = pod.app(
    "trap 'touch asked; exit 0' TERM; touch started; while :; do sleep 0.05; done",
    [],
    SOON,
  );
  await pod.until(() => pod.has("started"));
  await files.destroy();
  expect(await app.exit()).toBe(69);
  expect(app.errors.join()).toMatch(SILENT);
  expect(pod.has("asked")).toBe(true);
  expect(await app.leftOver()).toEqual([]);
  expect(pod.bundles()).toBe(1);
});

test("a sidecar killed while uploading ends the wrapper, and no label points at anything", async () => {
  const files = pod.files([], { ...SOON, ...pod.datamon("hang-upload") });
  const app = pod.app("touch out/made", [], SOON);
  await pod.until(() => pod.read("calls").includes("bundle upload"));
  await files.destroy();
  expect(await app.exit()).toBe(69);
  expect(app.errors.join()).toMatch(/\(last phase: uploading\)$/);
  expect(await pod.bundle()).toBeUndefined();
});

test("a wrapper killed while waiting ends the sidecar that is preparing, and its work", async () => {
  const files = pod.files([], { ...SOON, ...pod.datamon("hang-download") });
  const app = pod.app("true", [], SOON);
  await pod.until(
    () => pod.status("app").phase === "waiting" && pod.read("calls").includes("bundle download"),
  );
  await app.destroy();
  expect(await files.exit()).toBe(69);
  expect(files.errors.join()).toMatch(
    /^the wrapper has given no sign of life for .* \(last phase: waiting\)$/,
  );
  expect(await files.leftOver()).toEqual([]);
});

test("a wrapper killed while its application runs ends the sidecar, and nothing is uploaded", async () => {
  const files = pod.files([], SOON);
  const app = pod.app(ENDLESS, [], SOON);
  await pod.until(() => pod.status("app").phase === "running" && pod.has("out/started"));
  await app.destroy();
  expect(await files.exit()).toBe(69);
  expect(files.errors.join()).toMatch(/\(last phase: running\)$/);
  expect(pod.terminationMessage("files")).toMatch(SILENT);
  expect(pod.bundles()).toBe(1);
});

test("a wrapper killed while its sidecar uploads loses nothing: the upload is finished", async () => {
  const gate = pod.gated("upload");
  const files = pod.files([], { ...SOON, ...gate.env });
  const app = pod.app("echo made >out/new", [], SOON);
  await gate.reached();
  await app.destroy();
  await pod.until(() => pod.status("files").beat > 20);
  gate.open();
  expect(await files.exit()).toBe(0);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});
