import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { failure } from "../../../support/failure.ts";
import { content, emptyStore, type EmptyStore, NEVER, nobody } from "../../../support/native.ts";

const MB = 1024 * 1024;

/** By name: one leaf, several leaves in one job, and so many that threads share them. */
const SIZES = { "small.bin": 1000, "middle.bin": 5 * MB, "large.bin": 20 * MB + 1 };

let store: EmptyStore;
let source: string;
let destination: string;
let id: string;

beforeEach(async () => {
  store = await emptyStore({ concurrency: 2 });
  source = join(store.folder, "source");
  destination = join(store.folder, "destination");
  mkdirSync(source);
  for (const [i, [name, size]] of Object.entries(SIZES).entries())
    writeFileSync(join(source, name), content(size, i + 1));
  const done = await store.engine.upload(
    { repo: store.repo, path: source, message: "m", label: "l" },
    nobody,
    NEVER,
  );
  id = done.id;
});
afterEach(() => store.remove());

const download = () =>
  store.engine.download({ repo: store.repo, ref: { type: "id", id }, destination }, nobody, NEVER);
const verify = (folder?: string) =>
  store.engine.verify(
    { repo: store.repo, ref: { type: "id", id }, ...(folder === undefined ? {} : { folder }) },
    nobody,
    NEVER,
  );

/** Path of a blob of the file `name`: a leaf by number, or its root. */
function blobOf(name: string, which: number | "root"): string {
  const list = readFileSync(join(store.folder, `store/meta/bundles/r/${id}/bundle-files-0.yaml`), "utf8");
  const root = new RegExp(`hash: ([0-9a-f]{128})\\n  name: ${name}\\n`).exec(list)?.[1] ?? "";
  const keys = readFileSync(join(store.blobs, root));
  const key = which === "root" ? root : keys.subarray(which * 64, (which + 1) * 64).toString("hex");
  return join(store.blobs, key);
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const HARM = {
  "one flipped byte": flip,
  "cut short": (path: string) => truncateSync(path, statSync(path).size - 1),
  "made empty": (path: string) => truncateSync(path, 0),
  missing: (path: string) => rmSync(path),
  "grown longer": (path: string) => writeFileSync(path, "more", { flag: "a" }),
};

const cases = Object.keys(HARM).flatMap((harm) =>
  [
    { name: "small.bin", which: "root" },
    { name: "small.bin", which: 0 },
    { name: "middle.bin", which: 1 },
    { name: "large.bin", which: "root" },
    { name: "large.bin", which: 7 },
  ].map(({ name, which }) => ({ name, harm: harm as keyof typeof HARM, which: which as number | "root" })),
);

test.each(cases)("$name with blob $which $harm does not arrive", async ({ name, harm, which }) => {
  HARM[harm](blobOf(name, which));
  const error = await failure(download(), "transfer");
  expect(error.message).toContain(name);
  expect(existsSync(join(destination, name))).toBe(false);
  expect(existsSync(join(destination, ".datamon", `${id}.yaml`))).toBe(false);
  const { findings } = await verify();
  expect(findings).toMatchObject([{ name, problem: "damaged in the store" }]);
});

test("every bad file is named when the store is verified, not only the first", async () => {
  for (const name of Object.keys(SIZES)) flip(blobOf(name, 0));
  const { findings } = await verify();
  expect(findings.map((finding) => finding.name)).toEqual(Object.keys(SIZES).toSorted());
});

test("a download goes on once the store is mended", async () => {
  const blob = blobOf("large.bin", 7);
  const good = readFileSync(blob);
  flip(blob);
  await failure(download(), "transfer");
  writeFileSync(blob, good);
  await download();
  expect(readFileSync(join(destination, "large.bin")).equals(content(SIZES["large.bin"], 3))).toBe(true);
});

test("an upload mends a blob that is damaged in the store", async () => {
  const [flipped, cut] = [blobOf("large.bin", 7), blobOf("middle.bin", "root")];
  flip(flipped);
  truncateSync(cut, 10);
  await store.engine.upload({ repo: store.repo, path: source, message: "again" }, nobody, NEVER);
  expect((await verify()).findings).toEqual([]);
});

test("every bad file of a folder is named with what is wrong with it", async () => {
  await download();
  expect((await verify(destination)).findings).toEqual([]);
  flip(join(destination, "large.bin"));
  truncateSync(join(destination, "middle.bin"), 77);
  rmSync(join(destination, "small.bin"));
  mkdirSync(join(destination, "sub"));
  writeFileSync(join(destination, "sub/foreign"), "");
  expect((await verify(destination)).findings).toEqual([
    { name: "large.bin", problem: "corrupted" },
    { name: "middle.bin", problem: "wrong size", detail: `77 bytes instead of ${5 * MB}` },
    { name: "small.bin", problem: "missing" },
    { name: "sub/foreign", problem: "extra" },
  ]);
});

test("a file changed since its download is not overwritten, and named", async () => {
  await download();
  for (const name of Object.keys(SIZES)) {
    const path = join(destination, name);
    const good = readFileSync(path);
    flip(path);
    const changed = readFileSync(path);
    expect((await failure(download(), "configuration")).message).toContain(name);
    expect(readFileSync(path).equals(changed)).toBe(true);
    writeFileSync(path, good);
  }
  await download();
});

test("a file deleted since its download is fetched again", async () => {
  await download();
  rmSync(join(destination, "large.bin"));
  await download();
  expect((await verify(destination)).findings).toEqual([]);
  expect(existsSync(join(destination, ".datamon", `${id}.yaml`))).toBe(true);
});

test("a complete download is proved again without a write, and without the blobs", async () => {
  await download();
  rmSync(store.blobs, { recursive: true });
  const before = readdirSync(join(destination, ".datamon")).map(
    (name) => statSync(join(destination, ".datamon", name)).ctimeMs,
  );
  await download();
  expect(
    readdirSync(join(destination, ".datamon")).map(
      (name) => statSync(join(destination, ".datamon", name)).ctimeMs,
    ),
  ).toEqual(before);
});

test("foreign files in the destination are named and stay", async () => {
  mkdirSync(join(destination, "mine/deep"), { recursive: true });
  mkdirSync(join(destination, "empty"));
  mkdirSync(join(destination, "lost+found"));
  writeFileSync(join(destination, "mine/deep/notes"), "keep");
  const error = await failure(download(), "configuration");
  expect(error.message).toContain('"mine/deep/notes"');
  expect(error.remedy).toContain("empty destination");
  expect(readdirSync(destination).toSorted()).toEqual(["empty", "lost+found", "mine"]);
  rmSync(join(destination, "mine"), { recursive: true });
  await download();
});

test("a destination that holds another bundle is refused", async () => {
  await download();
  const other = await store.engine.upload(
    { repo: store.repo, path: source, message: "again" },
    nobody,
    NEVER,
  );
  const request = { repo: store.repo, ref: { type: "id", id: other.id }, destination } as const;
  const error = await failure(store.engine.download(request, nobody, NEVER), "configuration");
  expect(error.message).toContain(`.datamon/${id}`);
});

test("only the files that the name filter matches arrive", async () => {
  const request = {
    repo: store.repo,
    ref: { type: "id", id },
    destination,
    nameFilter: /^small|middle/,
  } as const;
  expect(await store.engine.download(request, nobody, NEVER)).toEqual({ id, files: 2, bytes: 1000 + 5 * MB });
  expect(readdirSync(destination).toSorted()).toEqual([".datamon", "middle.bin", "small.bin"]);
  await download();
  expect(readdirSync(destination)).toContain("large.bin");
});
