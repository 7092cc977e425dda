import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { createMounts } from "../../../../src/adapters/mounts.ts";
import type { DatamonLimits } from "../../../../src/adapters/engines/datamon/engine.ts";
import { mountContract } from "../../../contracts/mount.ts";
import { type DatamonKit, datamonKit } from "../../../support/datamon.ts";
import { type SmallStore, smallStore } from "../../../support/datamon-store.ts";
import { failure } from "../../../support/failure.ts";
import { requirePart } from "../../../support/parts.ts";

const skip = !(requirePart("bindfs") && requirePart("fuse"));
const check = test.skipIf(skip);
const NEVER = new AbortController().signal;
const mounts = createMounts();

let store: SmallStore;
let mountPoint: string;
let kit: DatamonKit | undefined;

beforeEach(async () => {
  store = await smallStore();
  mountPoint = join(await realpath(store.folder), "in");
  await mkdir(mountPoint);
});
afterEach(async () => {
  await mounts.detach(mountPoint, (entry) => entry.type.startsWith("fuse"));
  await kit?.remove();
  await store.remove();
});

async function kitWith(traps: readonly string[], limits: Partial<DatamonLimits> = {}): Promise<DatamonKit> {
  kit = await datamonKit(store.url, { traps, limits });
  return kit;
}

const request = () => ({ repo: store.repo, ref: { type: "label", label: store.label } as const, mountPoint });

mountContract("datamon", skip, async () => {
  const fresh = await datamonKit(store.url, { limits: { grace: 600 } });
  return {
    engine: fresh.engine,
    repo: "golden-repo",
    label: "golden",
    file: { name: "hello", content: "world" },
    remove: () => fresh.remove(),
  };
});

/** The process that serves the mount. */
async function server(of: DatamonKit): Promise<number> {
  const call = (await of.calls()).find(({ argv }) => argv.startsWith("bundle mount"));
  if (call === undefined) throw new Error("nothing was mounted");
  return call.pid;
}

check("the death of the process that serves a mount is told with how it ended", async () => {
  const { engine } = await kitWith([]);
  const mount = await engine.mount(request(), NEVER);
  process.kill(await server(kit!), "SIGKILL");
  const cause = await mount.died;
  expect(cause.message).toContain(`the mount at "${mountPoint}": datamon was ended by SIGKILL`);
  await mount.release();
  expect(mounts.at(mountPoint)).toBeUndefined();
});

check("SIGTERM leaves a dead mount, which release takes away", async () => {
  const { engine } = await kitWith([]);
  const mount = await engine.mount(request(), NEVER);
  process.kill(await server(kit!), "SIGTERM");
  await mount.died;
  expect(mounts.at(mountPoint)?.type).toBe("fuse.datamon");
  await mount.release();
  expect(await readdir(mountPoint)).toEqual([]);
});

check("a mount that somebody takes away is a death too", async () => {
  const { engine } = await kitWith([]);
  const mount = await engine.mount(request(), NEVER);
  await mounts.detach(mountPoint, () => true);
  expect((await mount.died).message).toContain(mountPoint);
  await mount.release();
});

check("a busy mount is asked again to unmount", async () => {
  const { engine } = await kitWith(["busy-mount@"]);
  const mount = await engine.mount(request(), NEVER);
  await kit!.arm("busy-mount");
  await mount.release();
  expect(mounts.at(mountPoint)).toBeUndefined();
  expect(kit!.logged).toEqual([]);
});

check("a mount that stays busy is detached in the end", async () => {
  const { engine } = await kitWith(["busy-mount"], { grace: 20 });
  const mount = await engine.mount(request(), NEVER);
  await mount.release();
  expect(mounts.at(mountPoint)).toBeUndefined();
  expect(kit!.logged).toEqual(["the mount did not go by itself, detaching it"]);
});

check("a dead mount that a killed sidecar left is taken away first", async () => {
  const { engine } = await kitWith([]);
  const left = await engine.mount(request(), NEVER);
  process.kill(await server(kit!), "SIGKILL");
  await left.died;
  const mount = await engine.mount(request(), NEVER);
  expect(await readFile(join(mountPoint, "hello"), "utf8")).toBe("world");
  expect(kit!.logged).toEqual(["taking away a mount that an earlier sidecar left"]);
  await mount.release();
});

check("a mount that is still served by a lost sidecar's process is taken away first", async () => {
  const { engine } = await kitWith([]);
  await engine.mount(request(), NEVER);
  const mount = await engine.mount(request(), NEVER);
  await mount.release();
  expect(mounts.at(mountPoint)).toBeUndefined();
});

check("a mount that fails tells datamon's last words and where the full log is", async () => {
  const { engine } = await kitWith(["fail-mount"]);
  const error = await failure(engine.mount(request(), NEVER), "transfer");
  expect(error.message).toBe(
    `cannot mount the bundle labelled "golden" of repository "golden-repo" at "${mountPoint}": ` +
      "datamon exited with code 1: ERROR: mount failed: googleapi: Error 503: Service Unavailable",
  );
  const log = /\S+datamon_mount\.0\.log/.exec(error.remedy ?? "")?.[0];
  expect(await readFile(log ?? "", "utf8")).toContain("Service Unavailable");
});

check("a mount that never becomes ready is given up, and its process ended", async () => {
  const { engine } = await kitWith(["hang-mount"], { ready: 50 });
  const error = await failure(engine.mount(request(), NEVER), "transfer");
  expect(error.message).toContain("INFO: waiting for the store");
  const pid = await server(kit!);
  expect(() => process.kill(pid, 0)).toThrow();
});

check("a mount whose process ignores every request to end is given up all the same", async () => {
  const { engine } = await kitWith(["deaf-mount"], { ready: 50, grace: 20 });
  await failure(engine.mount(request(), NEVER), "transfer");
  const pid = await server(kit!);
  expect(() => process.kill(pid, 0)).toThrow();
});

check("a request to stop while mounting ends the process and leaves no mount", async () => {
  const { engine } = await kitWith(["hang-mount"]);
  const abort = new AbortController();
  const mounting = engine.mount(request(), abort.signal);
  while ((await kit!.calls()).length === 0) await Bun.sleep(1);
  abort.abort();
  await failure(mounting, "stopped");
  const pid = await server(kit!);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(mounts.at(mountPoint)).toBeUndefined();
});
