import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const POLICIES = [
  // policy, exit code of the application, uploaded
  ["on-success", 0, true],
  ["on-success", 3, false],
  ["always", 0, true],
  ["always", 3, true],
  ["never", 0, false],
  ["never", 3, false],
] as const;

for (const [policy, code, uploaded] of POLICIES) {
  test(`with --upload ${policy} the output of an application that exits ${code} is ${uploaded ? "" : "not "}uploaded`, async () => {
    const files = pod.files();
    const app = pod.app(`echo made >out/new; exit ${code}`, ["--upload", policy]);
    expect([await app.exit(), await files.exit()]).toEqual([code, 0]);
    expect(await pod.bundle()).toEqual(uploaded ? { new: "made\n" } : undefined);
    expect(pod.status("app")).toMatchObject({
      applicationExitCode: code,
      decision: uploaded ? "upload" : "discard",
    });
  });
}

test("an application that fails says so on standard error in the old words", async () => {
  const files = pod.files();
  const app = pod.app("exit 3");
  expect([await app.exit(), await files.exit()]).toEqual([3, 0]);
  expect(app.errors).toEqual(["application exited with non-zero-status 3"]);
  expect(pod.terminationMessage("app")).toContain("non-zero-status 3");
  expect(pod.terminationMessage("files")).toBe("");
});

test("an application that is ended by a signal gives 128 and the signal's number", async () => {
  const files = pod.files();
  const app = pod.app("kill -9 $$");
  expect([await app.exit(), await files.exit()]).toEqual([137, 0]);
  expect(app.errors).toEqual(["application was ended by SIGKILL"]);
  expect(pod.bundles()).toBe(1);
});

for (const [code, what, command] of [
  [127, "that does not exist", "./no-such-program"],
  [126, "that may not be executed", "./not-executable"],
] as const) {
  test(`an application ${what} ends the run with ${code}, and nothing is uploaded`, async () => {
    chmodSync(pod.write("", "not-executable"), 0o644);
    const files = pod.files();
    const app = pod.run("datamon-sidecar", ["app", "--wait-for", "files", "--", command]);
    expect([await app.exit(), await files.exit()]).toEqual([code, 0]);
    expect(app.errors.join()).toContain(command);
    expect(pod.bundles()).toBe(1);
  });
}

test("a workflow without a destination ends as soon as the application has ended", async () => {
  const files = pod.run("datamon-sidecar", ["files", "--store", pod.store.url, ...pod.input()], {
    SIDECAR_ENGINE: "native",
  });
  const app = pod.app("test $(cat in/hello) = world");
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(pod.bundles()).toBe(1);
  expect(pod.has("coord/uploaddone")).toBe(true);
});

test("a workflow without a source is ready at once", async () => {
  const files = pod.run("datamon-sidecar", ["files", "--store", pod.store.url, ...pod.output()], {
    SIDECAR_ENGINE: "native",
  });
  const app = pod.app("echo made >out/new");
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});

test("with -s the wrapper stays after success until it is asked to end", async () => {
  const files = pod.files();
  const app = pod.run("wrap_application.sh", [
    "-sc",
    pod.path("coord"),
    "-bfuse",
    "sh",
    "-c",
    "echo made >out/new",
  ]);
  await files.exit();
  await app.says("done");
  expect(pod.status("app").phase).toBe("done");
  expect(app.processes().length).toBeGreaterThan(0);
  app.signal("SIGTERM");
  expect(await app.exit()).toBe(0);
});

test("fuse and several databases are awaited at the same time, whoever comes first", async () => {
  const app = pod.run("wrap_application.sh", [
    "-c",
    pod.path("coord"),
    "-b",
    "fuse",
    "-b",
    "postgres",
    "-d",
    "a b",
    "--",
    "sh",
    "-c",
    "echo made >out/new",
  ]);
  const peer = (name: string) =>
    pod.start([`${import.meta.dir}/../fixtures/old-peers/sidecar.sh`, pod.path("coord"), name]);
  await app.says("waiting");
  const b = peer("b");
  await pod.until(() => pod.has("coord/b/dbstarted"));
  expect(pod.status("app")).toMatchObject({ phase: "waiting" });
  await pod.until(
    () =>
      /files sidecar.*"a"/.test(pod.status("app").doing ?? "") && !/"b"/.test(pod.status("app").doing ?? ""),
  );
  const [files, a] = [pod.files(), peer("a")];
  const ends = [app, files, a, b].map((container) => container.exit());
  expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
  expect(await pod.bundle()).toEqual({ new: "made\n" });
});

test("every participant of a run shows the same run id, and one JSON object a line", async () => {
  const [files, app] = [pod.files(), pod.app("true")];
  await Promise.all([files.exit(), app.exit()]);
  for (const { log } of [files, app]) {
    expect(log.length).toBeGreaterThan(3);
    for (const line of log) expect(line).toMatchObject({ level: "info", message: expect.any(String) });
    expect(log[0]?.fields).toMatchObject({ run: "run-1" });
  }
});
