import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/adapters/clock.ts";
import { openDirectory } from "../../../src/adapters/coordination/directory.ts";
import type { Peer } from "../../../src/core/participants.ts";
import type { Coordination } from "../../../src/ports.ts";
import { status } from "../../core/observations.ts";

const FILES: Peer = { kind: "files" };
const DATABASE: Peer = { kind: "postgres", database: "db" };

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "coordination-")), "coord");
});
afterEach(() => {
  rmSync(join(directory, ".."), { recursive: true, force: true });
});

function open(participant: string, identity?: string, peers: readonly Peer[] = [FILES]): Coordination {
  return openDirectory({ directory, participant, peers, identity, clock: systemClock });
}

const markers = (coordination: Coordination, name = "files") => coordination.look().peers[name]?.markers;

test("two participants that open the same directory join the same run, whoever comes first", () => {
  const first = open("files");
  const second = open("app");
  expect(second.run).toBe(first.run);
});

test("a marker of ours names the run and its bundles for people; we go by the status beside it", () => {
  const app = open("app");
  const files = open("files");
  const bundle = { name: "out", direction: "out", repo: "r", id: "i", label: "l" } as const;
  files.emit(FILES, "uploaded", [bundle]);
  expect(JSON.parse(readFileSync(join(directory, "uploaddone"), "utf8"))).toMatchObject({
    run: files.run,
    participant: "files",
    bundles: [bundle],
  });
  expect(markers(app)).toEqual({ ready: false, upload: false, uploaded: false });
});

test("the markers are at the legacy paths, where old participants look", () => {
  const app = open("app", undefined, [FILES, DATABASE]);
  for (const peer of [FILES, DATABASE]) {
    for (const marker of ["ready", "upload", "uploaded"] as const) app.emit(peer, marker);
  }
  for (const path of ["mountdone", "initupload", "uploaddone"]) {
    expect(existsSync(join(directory, path))).toBe(true);
    expect(existsSync(join(directory, "db", path.replace("mountdone", "dbstarted")))).toBe(
      path === "mountdone",
    );
  }
  expect(readdirSync(join(directory, "db")).toSorted()).toEqual([
    "dbstarted",
    "dbuploaddone",
    "initdbupload",
  ]);
});

test("an empty marker comes from an old participant and is believed", () => {
  const app = open("app");
  writeFileSync(join(directory, "mountdone"), "");
  expect(markers(app)?.ready).toBe(true);
});

test("a marker and a status of another run are as good as absent", () => {
  const old = open("files", "one");
  old.emit(FILES, "ready");
  old.publish(status("files", "ready", { run: "one" }));
  const app = open("app", "two");
  expect(markers(app)?.ready).toBe(false);
  expect(app.look().peers["files"]?.status).toBeUndefined();
});

test("a status is seen by the others, and by its owner after a restart", () => {
  const files = open("files");
  const app = open("app");
  const said = status("files", "preparing", { run: files.run, attempt: 3, doing: "x" });
  files.publish(said);
  expect(app.look().peers["files"]?.status).toEqual(said);
  expect(open("files").previous).toEqual(said);
});

test("a run that is over is not joined: the next participant begins a new one", () => {
  const first = open("app");
  first.publish(status("app", "done", { run: first.run }));
  const second = open("files");
  expect(second.run).not.toBe(first.run);
  expect(open("app").run).toBe(second.run);
});

test("the one whose run was taken over is told", () => {
  const mine = open("app", "one");
  open("files", "two");
  expect(mine.look().damage).toEqual({
    cause: expect.stringContaining("another run was begun"),
    exitCode: 78,
  });
});

test("a second process under the same name is refused at its next refresh", () => {
  const first = open("files");
  first.publish(status("files", "preparing", { run: first.run }));
  const second = open("files");
  second.publish(status("files", "preparing", { run: first.run }));
  expect(() => first.publish(status("files", "ready", { run: first.run }))).toThrow(/another process writes/);
});

test("a failure is told even over the status of another process, which then finds out too", () => {
  const first = open("files");
  first.publish(status("files", "preparing", { run: first.run }));
  const second = open("files");
  second.publish(status("files", "preparing", { run: first.run }));
  first.publish(status("files", "failed", { run: first.run }));
  expect(() => second.publish(status("files", "ready", { run: first.run }))).toThrow(
    /another process writes/,
  );
});

const BAD_MARKERS: readonly [string, (path: string) => void, string][] = [
  ["a folder", (path) => mkdirSync(path), "is a folder"],
  ["a symbolic link", (path) => symlinkSync("/etc/passwd", path), "is a symbolic link"],
  ["a dangling link", (path) => symlinkSync("/nowhere", path), "is a symbolic link"],
  ["a FIFO", (path) => void Bun.spawnSync(["mkfifo", path]), "is not a regular file"],
  ["a huge file", (path) => writeFileSync(path, new Uint8Array(2 ** 20 + 1)), "is too large"],
  ["foreign text", (path) => writeFileSync(path, "hello"), "holds text that no participant writes"],
];
for (const [what, make, why] of BAD_MARKERS) {
  test(`${what} where a marker should be is damage, in words`, () => {
    const app = open("app");
    make(join(directory, "mountdone"));
    expect(app.look().damage).toEqual({ cause: expect.stringContaining(why), exitCode: 71 });
  });
}

test("a database folder that is a link out of the directory is damage, and nothing is written through it", () => {
  const app = open("app", undefined, [DATABASE]);
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  symlinkSync(outside, join(directory, "db"));
  expect(app.look().damage?.cause).toContain("is a symbolic link");
  expect(() => app.emit(DATABASE, "upload")).toThrow(/is a symbolic link/);
  expect(readdirSync(outside)).toEqual([]);
  rmSync(outside, { recursive: true });
});

test("a link planted under the temporary name is replaced, not followed", () => {
  const app = open("app");
  const target = join(directory, "victim");
  writeFileSync(target, "precious");
  symlinkSync(target, join(directory, ".status", "app.tmp"));
  app.emit(FILES, "upload");
  expect(readFileSync(target, "utf8")).toBe("precious");
  expect(lstatSync(join(directory, "initupload")).isFile()).toBe(true);
});

test("a directory that is moved away is damage", () => {
  const app = open("app");
  renameSync(directory, `${directory}-away`);
  expect(app.look().damage?.cause).toContain("was taken away");
});

test("a truncated status file is damage, not a guess", () => {
  const app = open("app");
  writeFileSync(join(directory, ".status", "files.json"), '{"version":1,"part');
  expect(app.look().damage?.cause).toContain("holds no status");
});

test("containers of other users can write beside us whatever our umask", () => {
  const before = process.umask(0o077);
  try {
    const app = open("app", undefined, [DATABASE]);
    app.emit(DATABASE, "upload");
    expect(statSync(join(directory, ".status")).mode & 0o7777).toBe(0o1777);
    expect(statSync(join(directory, "db")).mode & 0o777).toBe(0o777);
    expect(statSync(join(directory, "db", "initdbupload")).mode & 0o777).toBe(0o644);
  } finally {
    process.umask(before);
  }
});

test("a change is told to a watcher: a marker, a status, and a marker in a folder made later", async () => {
  const app = open("app", undefined, [FILES, DATABASE]);
  const files = open("files");
  let wake = (): void => {};
  const stop = app.watch(() => wake());
  const seen = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (condition()) resolve();
      };
      wake();
    });
  writeFileSync(join(directory, "mountdone"), "");
  await seen(() => markers(app)?.ready === true);
  files.publish(status("files", "ready", { run: files.run }));
  await seen(() => app.look().peers["files"]?.status?.phase === "ready");
  mkdirSync(join(directory, "db"));
  writeFileSync(join(directory, "db", "dbstarted"), "");
  await seen(() => markers(app, "postgres-db")?.ready === true);
  writeFileSync(join(directory, "db", "dbuploaddone"), "");
  await seen(() => markers(app, "postgres-db")?.uploaded === true);
  stop();
});

test("of many processes that begin at once all join one run", async () => {
  const script = `
    const { openDirectory } = await import(${JSON.stringify(join(import.meta.dir, "../../../src/adapters/coordination/directory.ts"))});
    const { systemClock } = await import(${JSON.stringify(join(import.meta.dir, "../../../src/adapters/clock.ts"))});
    for await (const _ of console) break;
    const [participant] = process.argv.slice(-1);
    console.log(openDirectory({ directory: ${JSON.stringify(directory)}, participant, peers: [], identity: undefined, clock: systemClock }).run);
  `;
  const children = Array.from({ length: 6 }, (_, i) =>
    Bun.spawn([process.execPath, "-e", script, `p${i}`], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    }),
  );
  for (const child of children) {
    await child.stdin.write("go\n");
    await child.stdin.end();
  }
  const runs = await Promise.all(children.map((child) => new Response(child.stdout).text()));
  expect(new Set(runs).size).toBe(1);
  expect(runs[0]?.trim()).not.toBe("");
});

test("a participant that was cut off joins its run again even when the wrapper has ended since", () => {
  const files = open("files");
  files.publish(status("files", "uploading", { run: files.run }));
  open("app").publish(status("app", "done", { run: files.run }));
  expect(open("files").run).toBe(files.run);
  expect(open("postgres-db").run).not.toBe(files.run);
});

test("what an attempt leaves that was killed when it was about to begin a run is taken away by the next", () => {
  open("files");
  const left = join(directory, ".status/app.tmp.new");
  writeFileSync(left, "{");
  open("app");
  expect(existsSync(left)).toBe(false);
});

test("a run record that leaves no number for the next one is refused, not tried for ever", () => {
  open("files", "one");
  writeFileSync(join(directory, ".status", "run.999999999.json"), '{"run":"hostile"}');
  expect(() => open("files", "one")).toThrow(/leaves no room/);
});
