import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Workload } from "../../../src/ports.ts";
import { failure } from "../../support/failure.ts";
import {
  archive,
  backendPid,
  type Bench,
  connect,
  freePort,
  has15,
  makeBench,
  nothing,
  postmasterPid,
  prepare,
  quiet,
  serverProcess,
  sql,
  unstopped,
} from "../../support/postgres.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.remove(), 60_000);

const destination = { repo: "r", message: "m", commandFlags: [] };
const data = (name: string): string => join(bench.folder, "data", name);
const uploadsOf = (name: string): number =>
  bench.engine.uploads.filter((upload) => upload.path.endsWith(`/${name}`)).length;

async function served(name: string, over: object = {}): Promise<{ port: number; workload: Workload }> {
  const port = await freePort();
  const workload = bench.workload(bench.settings({ name, port, destination, ...over }));
  await prepare(workload);
  return { port, workload };
}

test.skipIf(!has15)(
  "a killed postmaster is a death with the server's last words, and nothing is archived",
  async () => {
    const { workload } = await served("killed");
    process.kill(await postmasterPid(data("killed")), "SIGKILL");
    const cause = await workload.died;
    expect(cause.message).toContain('database "killed" ended by signal 9');
    expect(cause.message).toContain("ready to accept connections");
    await failure(workload.settle(quiet, unstopped));
    await failure(workload.upload(quiet, nothing, unstopped), "system");
    expect(uploadsOf("killed")).toBe(0);
  },
  30_000,
);

test.skipIf(!has15)(
  "a killed backend is the server's own affair: it recovers, and the rest is archived",
  async () => {
    const { port, workload } = await served("backend");
    await sql(port, "CREATE TABLE t AS SELECT generate_series(1, 10) AS n");
    const session = connect(port);
    const recovered = Promise.withResolvers<void>();
    bench.listener = (message) => {
      if (message.includes("all server processes terminated; reinitializing")) {
        bench.listener = (line) => {
          if (line.includes("ready to accept connections")) recovered.resolve();
        };
      }
    };
    process.kill(await backendPid(session), "SIGKILL");
    await recovered.promise;
    await session.close({ timeout: 0 });
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 10 }]);
    await archive(workload);
    expect(uploadsOf("backend")).toBe(1);
  },
  30_000,
);

test.skipIf(!has15)(
  "a server that may be started again is, as often as the settings say and no more",
  async () => {
    const { port, workload } = await served("again", { serverRestarts: 1 });
    await sql(port, "CREATE TABLE t AS SELECT generate_series(1, 10) AS n");
    const first = await postmasterPid(data("again"));
    const serving = Promise.withResolvers<void>();
    bench.listener = (message) => {
      if (message === "serving") serving.resolve();
    };
    process.kill(first, "SIGKILL");
    await serving.promise;
    const second = await postmasterPid(data("again"));
    expect(second).not.toBe(first);
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 10 }]);
    process.kill(second, "SIGKILL");
    expect((await workload.died).message).toContain("by signal 9");
  },
  30_000,
);

test.skipIf(!has15)(
  "a server that answers nobody has crashed as well, and is started again if the settings say so",
  async () => {
    const over = { serverRestarts: 1, checkInterval: 20, answerTimeout: 4000 };
    const { port } = await served("mute", over);
    await sql(port, "CREATE TABLE t AS SELECT generate_series(1, 10) AS n");
    const serving = Promise.withResolvers<void>();
    bench.listener = (message) => {
      if (message === "serving") serving.resolve();
    };
    process.kill(await postmasterPid(data("mute")), "SIGSTOP");
    await serving.promise;
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 10 }]);
    const restart = bench.logged.findLast(({ message }) => message === "starting the server again");
    expect(restart?.fields).toMatchObject({
      cause: expect.stringContaining('database "mute" has answered no client for 4 s'),
    });
  },
  60_000,
);

test.skipIf(!has15)(
  "a server that is killed while it is being stopped is no clean end, and its last words are told",
  async () => {
    const { workload } = await served("stopping");
    const postmaster = await postmasterPid(data("stopping"));
    // Without it the shutdown goes on for ever.
    const walwriter = await serverProcess(data("stopping"), "walwriter");
    process.kill(walwriter, "SIGSTOP");
    bench.listener = (message) => {
      if (!message.includes("received fast shutdown request")) return;
      bench.listener = () => {};
      process.kill(postmaster, "SIGKILL");
      process.kill(walwriter, "SIGCONT");
    };
    const error = await failure(workload.settle(quiet, unstopped), "system");
    expect(error.message).toContain("ended before it was stopped");
    await failure(workload.upload(quiet, nothing, unstopped), "system");
    expect(uploadsOf("stopping")).toBe(0);
  },
  30_000,
);

test.skipIf(!has15)(
  "a sidecar killed while serving finds its data again, and ends the server that outlived it",
  async () => {
    const { port } = await served("orphan");
    await sql(port, "CREATE TABLE t AS SELECT generate_series(1, 10) AS n");
    const before = await postmasterPid(data("orphan"));
    const next = bench.workload(bench.settings({ name: "orphan", port, destination }));
    await prepare(next);
    expect(await postmasterPid(data("orphan"))).not.toBe(before);
    expect(await sql(port, "SELECT count(*)::int AS count FROM t")).toEqual([{ count: 10 }]);
    await archive(next);
    expect(uploadsOf("orphan")).toBe(1);
  },
  30_000,
);

test.skipIf(!has15)(
  "a sidecar killed before the stop settles what it finds, and archives it",
  async () => {
    const { port } = await served("unsettled");
    await sql(port, "CREATE TABLE t AS SELECT generate_series(1, 10) AS n");
    await archive(bench.workload(bench.settings({ name: "unsettled", port, destination, vacuum: "on" })));
    expect(uploadsOf("unsettled")).toBe(1);
  },
  30_000,
);

test.skipIf(!has15)(
  "a sidecar killed in the upload does not touch the data again, and goes on under the id it chose",
  async () => {
    const { port, workload } = await served("cut");
    await workload.settle(quiet, unstopped);
    const reserved: Record<string, string> = {};
    const reporter = { ...quiet, reserve: (name: string, id: string) => void (reserved[name] = id) };
    const first = bench.workload(bench.settings({ name: "cut", port, destination }), {
      newId: () => "chosen",
    });
    bench.engine.beforeUpload = () => Promise.reject(new Error("killed"));
    await first.upload(reporter, nothing, unstopped).catch(() => undefined);
    bench.engine.beforeUpload = async () => {};
    expect(reserved).toEqual({ cut: "chosen" });

    const control = join(data("cut"), "global/pg_control");
    const before = await Bun.file(control).bytes();
    const again = bench.workload(bench.settings({ name: "cut", port, destination }), {
      newId: () => "another",
    });
    await again.settle(quiet, unstopped);
    await again.upload(reporter, { uploaded: [], reserved }, unstopped);
    expect(await Bun.file(control).bytes()).toEqual(before);
    expect(reserved).toEqual({ cut: "chosen" });
  },
  30_000,
);

test.skipIf(!has15)(
  "abandoning works in every state, and leaves no server behind",
  async () => {
    const never = bench.workload(bench.settings({ name: "never", port: await freePort() }));
    await never.abandon(quiet);
    const { port, workload } = await served("left");
    const pid = await postmasterPid(data("left"));
    const abort = new AbortController();
    const held = connect(port);
    await held.unsafe("BEGIN");
    const slow = bench.workload(bench.settings({ name: "left", port, destination }));
    await slow.abandon(quiet);
    // Only then is the ended process, a child of ours, no longer listed.
    await workload.died;
    expect(() => process.kill(pid, 0)).toThrow();
    await workload.abandon(quiet);
    await workload.abandon(quiet);
    abort.abort();
    await failure(slow.prepare(quiet, nothing, abort.signal).then(() => undefined)).catch(() => undefined);
    await held.close({ timeout: 0 });
  },
  30_000,
);

test.skipIf(!has15)(
  "a settle that is broken off ends at once, whatever the clients do",
  async () => {
    const { port, workload } = await served("broken-off", { clientTimeout: 600_000 });
    const held = connect(port);
    await held.unsafe("BEGIN");
    const abort = new AbortController();
    const settled = workload.settle(
      { ...quiet, doing: () => setImmediate(() => abort.abort()) },
      abort.signal,
    );
    await settled.then(
      () => expect.unreachable(),
      () => undefined,
    );
    await workload.abandon(quiet);
    expect(uploadsOf("broken-off")).toBe(0);
    await held.close({ timeout: 0 });
  },
  30_000,
);
