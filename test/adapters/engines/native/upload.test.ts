import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Progress } from "../../../../src/ports.ts";
import { createNativeEngine } from "../../../../src/adapters/engines/native/engine.ts";
import { failure } from "../../../support/failure.ts";
import { content, emptyStore, type EmptyStore, NEVER, nobody } from "../../../support/native.ts";
import { unprivileged } from "../../../support/unprivileged.ts";

const MB = 1024 * 1024;

let store: EmptyStore;
let source: string;

beforeEach(async () => {
  store = await emptyStore({ concurrency: 2 });
  source = join(store.folder, "source");
  mkdirSync(source);
});
afterEach(() => store.remove());

const upload = (report: (progress: Progress) => void = nobody, signal = NEVER) =>
  store.engine.upload({ repo: "r", path: source, message: "m", label: "l" }, report, signal);

const visible = () => existsSync(join(store.folder, "store/vmeta/labels/r/l/label.yaml"));

test("what a bundle cannot hold is refused, all of it named", async () => {
  mkdirSync(join(source, "folder"));
  symlinkSync("folder", join(source, "link to folder"));
  symlinkSync("nowhere", join(source, "dangling"));
  symlinkSync("round", join(source, "round"));
  Bun.spawnSync(["mkfifo", join(source, "folder/pipe")]);
  const server = createServer().listen(join(source, "socket"));
  const { promise, resolve } = Promise.withResolvers<void>();
  server.once("listening", resolve);
  await promise;
  Bun.spawnSync(["sh", "-c", 'printf x >"$(printf "%s/bad\\377name" "$0")"', source]);
  const error = await failure(upload(), "transfer");
  server.close();
  for (const named of [
    '"link to folder" (a symbolic link to a folder)',
    '"dangling" (a dangling symbolic link)',
    '"round" (a symbolic link that leads nowhere)',
    '"folder/pipe" (a named pipe)',
    '"socket" (a socket)',
    "(its name is not valid UTF-8)",
  ]) {
    expect(error.message).toContain(named);
  }
  expect(existsSync(store.blobs)).toBe(false);
});

test("datamon's own folders at the top and empty folders are left out with a word, a link to a file becomes a file", async () => {
  for (const name of [".datamon", ".conflicts", ".checkpoints", "sub/.datamon", "empty/er"]) {
    mkdirSync(join(source, name), { recursive: true });
  }
  writeFileSync(join(source, ".datamon/x"), "left out");
  writeFileSync(join(source, "sub/.datamon/x"), "kept");
  writeFileSync(join(store.folder, "elsewhere"), "linked");
  symlinkSync(join(store.folder, "elsewhere"), join(source, "link"));
  const done = await upload();
  expect(done).toMatchObject({
    files: 2,
    emptyFolders: 1,
    links: 1,
    reserved: [".checkpoints", ".conflicts", ".datamon"],
  });
  const destination = join(store.folder, "destination");
  await store.engine.download({ repo: "r", ref: { type: "id", id: done.id }, destination }, nobody, NEVER);
  expect(readFileSync(join(destination, "link"), "utf8")).toBe("linked");
  expect(readFileSync(join(destination, "sub/.datamon/x"), "utf8")).toBe("kept");
});

test("a folder with nothing in it becomes a bundle with nothing in it", async () => {
  const { id, files } = await upload();
  expect(files).toBe(0);
  const destination = join(store.folder, "destination");
  await store.engine.download({ repo: "r", ref: { type: "label", label: "l" }, destination }, nobody, NEVER);
  expect(readdirSync(destination)).toEqual([".datamon"]);
  expect(readdirSync(join(destination, ".datamon"))).toEqual([`${id}.yaml`]);
});

/** Does something to a file at the moment its upload is half done. */
async function meddle(change: (path: string) => void): Promise<string> {
  const path = join(source, "large.bin");
  writeFileSync(path, content(40 * MB));
  let done = false;
  const error = await failure(
    upload(({ bytes }) => {
      if (done || bytes < 16 * MB) return;
      done = true;
      change(path);
    }),
    "transfer",
  );
  expect(done).toBe(true);
  expect(visible()).toBe(false);
  return error.message;
}

test.each([
  ["grows", (path: string) => appendFileSync(path, "more")],
  ["is cut short", (path: string) => writeFileSync(path, "short")],
  ["is written to in place", (path: string) => writeFileSync(path, content(100), { flag: "r+" })],
  [
    "is replaced",
    (path: string) => (writeFileSync(`${path}.new`, content(40 * MB, 2)), renameSync(`${path}.new`, path)),
  ],
  ["gets other times", (path: string) => utimesSync(path, 1, 1)],
  ["is deleted", (path: string) => rmSync(path)],
])("a file that %s while it is read is an error that names it", async (_, change) => {
  expect(await meddle(change)).toContain('"large.bin": it changed while it was read');
});

test("a file that comes or goes while the folder is read is an error", async () => {
  for (const change of [
    () => writeFileSync(join(source, "zz-new"), ""),
    () => rmSync(join(source, "zz-new")),
  ]) {
    for (let i = 0; i < 3000; i++) writeFileSync(join(source, `${i}`), `${i}`);
    let done = false;
    const report = ({ files }: Progress) => {
      if (done || files === 0) return;
      done = true;
      change();
    };
    expect((await failure(upload(report), "transfer")).message).toContain("changed while it was read");
    expect(visible()).toBe(false);
  }
});

test("equal files are stored once, and what is stored is not written again", async () => {
  writeFileSync(join(source, "a"), content(5000));
  writeFileSync(join(source, "b"), content(5000));
  await upload();
  const blobs = readdirSync(store.blobs);
  expect(blobs).toHaveLength(2);
  const before = blobs.map((name) => statSync(join(store.blobs, name)).ino);
  await upload();
  expect(blobs.map((name) => statSync(join(store.blobs, name)).ino)).toEqual(before);
  expect(readdirSync(store.blobs)).toEqual(blobs);
});

test("comparing sizes alone still mends a blob of another size", async () => {
  const engine = createNativeEngine({ store: store.url, compare: "size" });
  writeFileSync(join(source, "a"), content(5000));
  await upload();
  const leaf = readdirSync(store.blobs).find((name) => statSync(join(store.blobs, name)).size === 5000) ?? "";
  writeFileSync(join(store.blobs, leaf), "");
  await engine.upload({ repo: "r", path: source, message: "m" }, nobody, NEVER);
  expect(readFileSync(join(store.blobs, leaf)).equals(content(5000))).toBe(true);
});

test("asked to stop in the middle, an upload stops and leaves nothing visible", async () => {
  writeFileSync(join(source, "large.bin"), content(60 * MB));
  const stop = new AbortController();
  const report = ({ bytes }: Progress) => {
    if (bytes >= 8 * MB) stop.abort();
  };
  await failure(upload(report, stop.signal), "stopped");
  expect(visible()).toBe(false);
  expect(existsSync(join(store.folder, "store/meta/bundles"))).toBe(false);
  await upload();
  expect(visible()).toBe(true);
});

test("asked to stop in the middle, a download stops and can be gone on with", async () => {
  writeFileSync(join(source, "large.bin"), content(60 * MB));
  const { id } = await upload();
  const stop = new AbortController();
  const destination = join(store.folder, "destination");
  const request = { repo: "r", ref: { type: "id", id }, destination } as const;
  const report = ({ bytes }: Progress) => {
    if (bytes >= 8 * MB) stop.abort();
  };
  await failure(store.engine.download(request, report, stop.signal), "stopped");
  expect(readdirSync(destination)).toEqual([".datamon"]);
  await store.engine.download(request, nobody, NEVER);
  expect(readFileSync(join(destination, "large.bin")).equals(content(60 * MB))).toBe(true);
});

test("several transfers at once share the threads and all arrive", async () => {
  for (let i = 0; i < 700; i++) writeFileSync(join(source, `${i}`), `file ${i}`);
  writeFileSync(join(source, "large.bin"), content(30 * MB));
  const { id } = await upload();
  const destinations = [1, 2, 3].map((n) => join(store.folder, `destination ${n}`));
  await Promise.all([
    ...destinations.map((destination) =>
      store.engine.download({ repo: "r", ref: { type: "id", id }, destination }, nobody, NEVER),
    ),
    upload(),
    store.engine.verify({ repo: "r", ref: { type: "id", id } }, nobody, NEVER),
  ]);
  for (const destination of destinations) {
    expect(Bun.spawnSync(["diff", "-r", "--exclude=.datamon", source, destination]).exitCode).toBe(0);
  }
});

test("a transfer leaves no file open", async () => {
  for (let i = 0; i < 700; i++) {
    mkdirSync(join(source, `${i % 100}`), { recursive: true });
    writeFileSync(join(source, `${i % 100}/${i}`), `file ${i}`);
  }
  writeFileSync(join(source, "large.bin"), content(30 * MB));
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const once = async (n: number) => {
    const { id } = await upload();
    const destination = join(store.folder, `destination ${n}`);
    await store.engine.download({ repo: "r", ref: { type: "id", id }, destination }, nobody, NEVER);
  };
  await once(1);
  const before = openFiles();
  for (let n = 2; n < 5; n++) await once(n);
  expect(openFiles()).toBeLessThanOrEqual(before + 2);
}, 60_000);

test.each([
  ["a file", (path: string) => writeFileSync(path, "x")],
  ["a large file", (path: string) => writeFileSync(path, content(9 * MB))],
  ["a folder", (path: string) => mkdirSync(path)],
])("%s that may not be read is named, or left out with its name", async (_, make) => {
  writeFileSync(join(source, "open"), "y");
  make(join(source, "secret"));
  chmodSync(join(source, "secret"), 0);
  await unprivileged(store.folder, async () => {
    expect((await failure(upload(), "system")).message).toContain('"secret": EACCES');
    expect(visible()).toBe(false);
    const request = { repo: "r", path: source, message: "m", label: "l", skipOnError: true };
    const done = await store.engine.upload(request, nobody, NEVER);
    expect(done).toMatchObject({ files: 1, bytes: 1, skipped: 1, skippedNames: ['"secret" (EACCES)'] });
    const ref = { type: "label", label: "l" } as const;
    const proved = await store.engine.verify({ repo: "r", ref }, nobody, NEVER);
    expect(proved).toMatchObject({ files: 1, bytes: 1, findings: [] });
  });
});

test("with skipping, too, a file that changes while it is read is an error", async () => {
  writeFileSync(join(source, "large.bin"), content(40 * MB));
  const report = ({ bytes }: Progress) => {
    if (bytes >= 8 * MB) appendFileSync(join(source, "large.bin"), "more");
  };
  const request = { repo: "r", path: source, message: "m", label: "l", skipOnError: true };
  await failure(store.engine.upload(request, report, NEVER), "transfer");
  expect(visible()).toBe(false);
});

test("a folder that becomes a link between walk and reading is not read through", async () => {
  const outside = join(store.folder, "outside");
  mkdirSync(outside);
  const names = Array.from({ length: 400 }, (_, i) => `${i < 200 ? "first" : "second"}/${i}`);
  for (const folder of ["first", "second"]) mkdirSync(join(source, folder));
  for (const name of names) writeFileSync(join(source, name), "mine");
  for (let i = 200; i < 400; i++) writeFileSync(join(outside, `${i}`), "not!");
  let planted = false;
  const report = ({ files }: Progress) => {
    if (planted || files === 0) return;
    planted = true;
    renameSync(join(source, "second"), join(source, "third"));
    symlinkSync(outside, join(source, "second"));
  };
  await failure(upload(report));
  expect(planted).toBe(true);
  expect(visible()).toBe(false);
  for (const blob of readdirSync(store.blobs)) {
    expect(readFileSync(join(store.blobs, blob), "latin1")).not.toContain("not!");
  }
});

test.each([
  ["a folder that is not there", "nowhere"],
  ["a file", "file"],
])("%s cannot be uploaded", async (_, name) => {
  writeFileSync(join(source, "file"), "");
  const request = { repo: "r", path: join(source, name), message: "m" };
  expect((await failure(store.engine.upload(request, nobody, NEVER), "configuration")).message).toContain(
    name,
  );
});

test("a repository that is not there is an error with the command that makes it", async () => {
  const error = await failure(
    store.engine.upload({ repo: "nope", path: source, message: "m" }, nobody, NEVER),
    "configuration",
  );
  expect(error.message).toContain("the repositories there are: r");
  expect(error.remedy).toContain("repo create --repo nope");
});

test("a label that datamon could not list is refused before anything is stored", async () => {
  writeFileSync(join(source, "a"), "x");
  const request = { repo: "r", path: source, message: "m", label: "a/b" };
  expect((await failure(store.engine.upload(request, nobody, NEVER), "configuration")).message).toContain(
    '"a/b"',
  );
  expect(existsSync(store.blobs)).toBe(false);
});

test("the native engine does not mount, and says what to use", async () => {
  const request = { repo: "r", ref: { type: "latest" }, mountPoint: "/mnt" } as const;
  expect((await failure(store.engine.mount(request, NEVER), "configuration")).remedy).toContain(
    "mode: download",
  );
});

test("the newest bundle is the newest that is complete", async () => {
  writeFileSync(join(source, "a"), "x");
  const { id } = await upload();
  mkdirSync(join(store.folder, "store/meta/bundles/r/zzzzzzzzzzzzzzzzzzzzzzzzzz0"), { recursive: true });
  mkdirSync(join(store.folder, "store/meta/bundles/r/aWgEPTl1tmebfsQzFP4bxwgy80V"), { recursive: true });
  const destination = join(store.folder, "destination");
  expect(
    await store.engine.download({ repo: "r", ref: { type: "latest" }, destination }, nobody, NEVER),
  ).toMatchObject({ id });
});

test("an id that is none is refused before anything is stored", async () => {
  writeFileSync(join(source, "a"), "x");
  const request = { repo: "r", path: source, message: "m", id: "latest" };
  expect((await failure(store.engine.upload(request, nobody, NEVER), "configuration")).message).toContain(
    '"latest"',
  );
  expect(existsSync(store.blobs)).toBe(false);
});
