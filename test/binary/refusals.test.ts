import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Container } from "../support/container.ts";
import { requirePart } from "../support/parts.ts";
import { makePod, type Pod } from "../support/pod.ts";

const root = test.skipIf(!requirePart("root"));

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

const NEVER = "touch ran";

/** Both end by themselves; what they said last. */
async function end(
  files: Container,
  app: Container,
): Promise<{ codes: number[]; files: string; app: string }> {
  const codes = [await files.exit(), await app.exit()];
  expect(pod.has("ran")).toBe(false);
  return { codes, files: files.errors.join("\n"), app: app.errors.join("\n") };
}

/** The blob with the content of the one large file. */
function largeBlob(): string {
  const folder = join(pod.store.folder, "blob");
  const name = readdirSync(folder).find((each) => Bun.file(join(folder, each)).size === 5000);
  return join(folder, name!);
}

const DAMAGES: readonly [string, (blob: string) => void][] = [
  ["flipped byte", (blob) => writeFileSync(blob, `y${"x".repeat(4999)}`)],
  ["truncated blob", (blob) => truncateSync(blob, 4000)],
  ["missing blob", (blob) => rmSync(blob)],
];

for (const [damage, apply] of DAMAGES) {
  test(`a ${damage} fails the download with 74, names the file, and leaves nothing that looks complete`, async () => {
    apply(largeBlob());
    const said = await end(pod.files(), pod.app(NEVER));
    expect(said.codes).toEqual([74, 69]);
    expect(said.files).toContain("deep/er/file");
    expect(said.app).toContain("files sidecar failed while preparing");
    expect(said.app).toContain("deep/er/file");
    expect(pod.has("in/deep/er/file")).toBe(false);
    expect(pod.has("coord/mountdone")).toBe(false);
    expect(pod.terminationMessage("files")).toContain("deep/er/file");
    expect(pod.terminationMessage("app")).toContain("deep/er/file");
    expect(pod.status("files")).toMatchObject({
      phase: "failed",
      failure: { phase: "preparing", exitCode: 74, cause: said.files },
    });
  });
}

test("a store that is not there is named, on both sides", async () => {
  const store = pod.path("no-store");
  const said = await end(pod.files(["--store", `file://${store}`]), pod.app(NEVER));
  expect(said.files).toContain(store);
  expect(said.app).toContain(store);
  expect([71, 74, 78]).toContain(said.codes[0]!);
  expect(said.codes[1]).toBe(69);
});

test("a label that does not exist is named, with those that do", async () => {
  const said = await end(pod.files(["--source", "in.label=goldn"]), pod.app(NEVER));
  expect(said.codes).toEqual([78, 69]);
  expect(said.files).toContain('"goldn"');
  expect(said.files).toContain(pod.store.label);
});

test("an id file that is there already is refused before anything is done", async () => {
  pod.write("old id\n", "ids/out");
  const files = pod.files(["--destination", `out.id-file=${pod.path("ids/out")}`]);
  const said = await end(files, pod.app(NEVER));
  expect(said.codes).toEqual([78, 69]);
  expect(said.files).toContain(pod.path("ids/out"));
  expect(pod.read("ids/out")).toBe("old id\n");
});

test("a destination folder that does not exist fails the upload, and no label appears", async () => {
  const files = pod.files();
  const app = pod.app("rmdir out");
  expect([await files.exit(), await app.exit()]).toEqual([78, 69]);
  expect(app.errors.join()).toContain(pod.path("out"));
  expect(await pod.bundle()).toBeUndefined();
});

test("a folder that holds foreign files is not downloaded into", async () => {
  pod.write("mine", "in/foreign");
  const said = await end(pod.files(), pod.app(NEVER));
  expect(said.files).toContain("foreign");
  expect(said.codes[1]).toBe(69);
  expect(pod.read("in/foreign")).toBe("mine");
});

for (const [what, args] of [
  ["of the wrapper of old", ["wrap_application.sh", "-c", "coord", "-b", "postgres", "-d", "../escape"]],
  ["of the wrapper", ["datamon-sidecar", "app", "--wait-for", "postgres:../escape"]],
  ["of a sidecar", ["datamon-sidecar", "postgres", "--database", "../escape.port=5433"]],
] as const) {
  test(`a database name ${what} that leaves the directory is refused`, async () => {
    const [name, ...rest] = args;
    const container = pod.run(name, [
      ...rest,
      ...(name === "datamon-sidecar" && rest[0] === "postgres" ? [] : ["true"]),
    ]);
    expect([64, 78, 1]).toContain(await container.exit());
    expect(container.text()).toContain("../escape");
    expect(readdirSync(pod.folder)).not.toContain("escape");
  });
}

const IMPOSTORS: readonly [string, (path: string) => void, string][] = [
  ["a symbolic link", (path) => symlinkSync("/etc/hostname", path), "is a symbolic link"],
  ["a folder", (path) => mkdirSync(path), "is a folder"],
  ["a FIFO", (path) => void Bun.spawnSync(["mkfifo", path]), "is not a regular file"],
  ["a huge file", (path) => writeFileSync(path, new Uint8Array(2_000_000)), "is too large"],
  ["foreign text", (path) => writeFileSync(path, "hello"), "no participant writes"],
];

for (const [what, plant, words] of IMPOSTORS) {
  test(`${what} where a marker should be stops a wrapper that runs, in words`, async () => {
    const files = pod.files();
    const app = pod.app("touch started; exec sleep infinity");
    await pod.until(() => pod.has("started"));
    // Whole in one moment: a file that is seen half-written is another impostor.
    plant(pod.path("impostor"));
    renameSync(pod.path("impostor"), pod.path("coord/uploaddone"));
    expect([await files.exit(), await app.exit()]).toEqual([71, 71]);
    expect(app.errors.join()).toContain(
      `the marker ${pod.path("coord/uploaddone")} ${words.startsWith("no ") ? "holds text that " : ""}${words}`,
    );
    expect(pod.bundles()).toBe(1);
  });
}

test("a marker left where the end of an upload is told shows a used directory", async () => {
  pod.write("", "coord/uploaddone");
  const app = pod.app(NEVER);
  expect(await app.exit()).toBe(78);
  expect(app.errors.join()).toContain(
    "the coordination directory was used before: uploaddone is there already",
  );
});

test("hostile files in the directory do not disturb", async () => {
  mkdirSync(pod.path("coord/.status"), { recursive: true });
  for (const name of ["a\nb.json", "run.1x.json", "..json", "\u{1f4a9}"])
    pod.write("{", "coord/.status", name);
  symlinkSync("/dev/zero", pod.path("coord/.status/zero.json"));
  Bun.spawnSync(["mkfifo", pod.path("coord/.status/fifo.json"), pod.path("coord/db")]);
  symlinkSync("/etc/shadow", pod.path("coord/.status/files.tmp"));
  const [files, app] = [pod.files(), pod.app("true")];
  expect([await files.exit(), await app.exit()]).toEqual([0, 0]);
});

test("a directory that is taken away stops both", async () => {
  const files = pod.files();
  const app = pod.app("touch started; exec sleep infinity");
  await pod.until(() => pod.has("started"));
  renameSync(pod.path("coord"), pod.path("moved"));
  expect([await files.exit(), await app.exit()]).toEqual([71, 71]);
  expect(app.errors.join()).toMatch(/directory was taken away/);
});

test("of two files sidecars on one directory none succeeds, and each says why", async () => {
  const gate = pod.gated("download");
  const one = pod.files([], gate.env);
  await gate.reached();
  const two = pod.files([], gate.env);
  const app = pod.app(NEVER);
  const codes = [await one.exit(), await two.exit()];
  expect(codes).toContain(78);
  expect(codes).not.toContain(0);
  expect(await app.exit()).toBe(69);
  for (const { errors } of [one, two]) expect(errors.join()).toContain("another process writes");
  expect(app.errors.join()).toContain("another process writes");
});

test("a coordination point that is a file is refused", async () => {
  pod.write("", "coord");
  for (const container of [pod.files(), pod.app(NEVER)]) {
    expect(await container.exit()).toBe(71);
    expect(container.errors.join()).toContain(pod.path("coord"));
  }
});

root("a read-only coordination volume is named, with what to do", async () => {
  tmpfs("coord", "ro,size=1m");
  for (const container of [pod.files(), pod.app(NEVER)]) {
    expect(await container.exit()).toBe(71);
    expect(container.errors.join()).toContain(pod.path("coord"));
    expect(container.errors.join()).toContain("mount the coordination volume read-write");
  }
});

root("a full coordination volume is named, with what to do", async () => {
  tmpfs("coord", "size=64k");
  fill("coord/filler");
  for (const container of [pod.files(), pod.app(NEVER)]) {
    expect(await container.exit()).toBe(71);
    expect(container.errors.join()).toContain("raise its sizeLimit");
  }
});

root("a coordination volume that fills while the application runs ends the run, both with 71", async () => {
  tmpfs("coord", "size=128k");
  const soon = { SIDECAR_SILENCE_TIMEOUT: "2s", SIDECAR_GRACE: "1s" };
  const files = pod.files([], soon);
  const app = pod.app("touch started; exec sleep infinity", [], soon);
  await pod.until(() => pod.has("started"));
  const ends = Promise.all([app.exit(), files.exit()]);
  // Again and again: a status that was being replaced gives the place of the old one back, enough for all that come after.
  for (let over = false; !over;) {
    fill("coord/filler");
    over = await Promise.race([ends.then(() => true), Bun.sleep(20).then(() => false)]);
  }
  expect(await ends).toEqual([71, 71]);
  expect(app.errors.join()).toContain("raise its sizeLimit");
});

root("a disk that fills under a download fails it, and nothing looks complete", async () => {
  tmpfs("in", "size=4k");
  const said = await end(pod.files(), pod.app(NEVER));
  expect(said.codes[1]).toBe(69);
  expect([71, 74]).toContain(said.codes[0]!);
  expect(said.files).toMatch(/ENOSPC|no space|full/i);
  expect(pod.has("in/deep/er/file")).toBe(false);
});

function tmpfs(name: string, options: string): void {
  mkdirSync(pod.path(name), { recursive: true });
  const { exitCode } = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", pod.path(name)]);
  expect(exitCode).toBe(0);
}

function fill(name: string): void {
  Bun.spawnSync(["dd", "if=/dev/zero", `of=${pod.path(name)}`, "bs=4k", "oflag=append", "conv=notrunc"]);
}

test("wrong settings are told to the kubelet, whichever name the program has; a command beside it keeps quiet", async () => {
  const programs: readonly [string, readonly string[]][] = [
    ["datamon-sidecar", ["files", "--parallel", "many"]],
    ["wrap_application.sh", ["-b", "fuse", "true"]],
  ];
  for (const [program, words] of programs) {
    const message = pod.write("", "termination-x");
    const env = { SIDECAR_TERMINATION_MESSAGE_PATH: message, SIDECAR_COORD_POINT: undefined };
    expect(await pod.run(program, words, env).exit()).not.toBe(0);
    expect(pod.terminationMessage("x")).toContain("coord");
    expect(await pod.run("datamon-sidecar", ["stauts"], env).exit()).toBe(64);
    expect(pod.terminationMessage("x")).toContain("coord");
  }
});
