import { afterEach, beforeEach, expect, test } from "bun:test";
import { makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const WORK = "cp in/hello out/; echo ran >ran; while ! [ -f go ]; do sleep 0.02; done";
const probe = (command: string, ...flags: string[]) =>
  pod.run("datamon-sidecar", [command, "--for", "files", ...flags]);

test("before anybody has begun nobody is ready or alive", async () => {
  const ready = probe("ready");
  expect([await ready.exit(), await probe("alive").exit()]).toEqual([69, 69]);
  expect(ready.text()).toContain("files has not begun");
});

test("a sidecar that prepares is alive but not ready, then both", async () => {
  const gate = pod.gated("download");
  pod.files([], gate.env);
  await gate.reached();
  expect([await probe("ready").exit(), await probe("alive").exit()]).toEqual([69, 0]);
  const waiting = probe("wait");
  gate.open();
  expect(await waiting.exit()).toBe(0);
  expect([await probe("ready").exit(), await probe("alive").exit()]).toEqual([0, 0]);
});

test("wait --phase done ends when the upload is there, for sidecar and application", async () => {
  pod.files();
  pod.app(WORK);
  const done = probe("wait", "--for", "app", "--phase", "done");
  await pod.until(() => pod.has("ran"));
  expect(await probe("wait", "--for", "app").exit()).toBe(0);
  pod.write("", "go");
  expect(await done.exit()).toBe(0);
  expect(await pod.bundle()).toEqual({ hello: "world" });
});

test("wait tells the failure of whom it waits for, and exits with 69", async () => {
  const files = pod.files(["--source", "in.label=no-such"]);
  const waiting = probe("wait");
  expect(await files.exit()).not.toBe(0);
  expect(await waiting.exit()).toBe(69);
  expect(waiting.text()).toContain("files failed while preparing");
});

test("wait --timeout ends the wait with 69, saying what is missing", async () => {
  const waiting = probe("wait", "--timeout", "0");
  expect(await waiting.exit()).toBe(69);
  expect(waiting.text()).toContain("the time is over; files has not begun");
});

test("a sidecar that was stopped in its tracks is not alive any more, and waiting for it ends", async () => {
  const files = pod.files();
  await files.says("ready");
  files.signalAll("SIGSTOP");
  const quick = ["--silence-timeout", "300ms"];
  await pod.until(() => Date.now() - Date.parse(pod.status("files").at) > 300, "coord", ".status");
  const [alive, ready, wait] = [
    probe("alive", ...quick),
    probe("ready", ...quick),
    probe("wait", ...quick, "--phase", "done"),
  ];
  expect([await alive.exit(), await ready.exit(), await wait.exit()]).toEqual([69, 69, 69]);
  files.signalAll("SIGCONT");
  expect(await probe("alive").exit()).toBe(0);
});

test("a status whose time lies in the future is judged by its beat", async () => {
  const files = pod.files([], { SIDECAR_BEAT_INTERVAL: "1h", SIDECAR_SILENCE_TIMEOUT: "2h" });
  await files.says("ready");
  await pod.until(() => pod.status("files").phase === "ready", "coord", ".status");
  Bun.spawnSync(["touch", "-d", "tomorrow", pod.path("coord/.status/files.json")]);
  expect(await probe("alive", "--silence-timeout", "200ms").exit()).toBe(69);
  const beating = probe("alive", "--silence-timeout", "1m");
  pod.app("true");
  expect(await beating.exit()).toBe(0);
});

test("the probes of another run find nobody", async () => {
  const files = pod.files();
  await files.says("ready");
  expect(await probe("ready", "--run-id", "run-2").exit()).toBe(69);
  expect(await probe("ready", "--run-id", "run-1").exit()).toBe(0);
});

test("a participant answers probes over HTTP, and tells its figures", async () => {
  const port = freePort();
  const gate = pod.gated("download");
  const files = pod.files(["--probe-listen", `127.0.0.1:${port}`], gate.env);
  await gate.reached();
  expect(await answers(port)).toEqual({ startup: 200, readiness: 503, liveness: 200 });
  gate.open();
  await files.says("ready");
  expect(await answers(port)).toEqual({ startup: 200, readiness: 200, liveness: 200 });
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('datamon_sidecar_phase{participant="files",phase="ready"} 1');
  expect(metrics).toContain('datamon_sidecar_bundles{participant="files",direction="in"} 1');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
});

test("the wrapper answers too, before its sidecar is there", async () => {
  const port = freePort();
  const app = pod.app("true", ["--probe-listen", `:${port}`]);
  await app.says("waiting");
  expect(await answers(port)).toEqual({ startup: 200, readiness: 503, liveness: 200 });
});

test("a port that is taken is a configuration error, before any work", async () => {
  const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  try {
    const files = pod.files(["--probe-listen", `127.0.0.1:${taken.port}`]);
    expect(await files.exit()).toBe(78);
    expect(files.text()).toContain("the port is taken");
    expect(pod.has("coord")).toBe(false);
  } finally {
    await taken.stop(true);
  }
});

async function answers(port: number): Promise<Record<string, number>> {
  const paths = ["startup", "readiness", "liveness"];
  const statuses = paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}/${path}`)).status);
  return Object.fromEntries((await Promise.all(statuses)).map((status, index) => [paths[index]!, status]));
}

/** A port that nobody had a moment ago. */
function freePort(): number {
  const server = Bun.serve({ port: 0, fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  if (port === undefined) throw new Error("cannot find a free port");
  return port;
}
