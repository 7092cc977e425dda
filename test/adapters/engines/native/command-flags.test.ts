import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContext } from "../../../../src/adapters/engines/native/catalogue.ts";
import { openStore } from "../../../../src/adapters/store/open.ts";
import { DATAMON_FLAGS } from "../../../../src/config/schema/datamon-flags.ts";
import { failure } from "../../../support/failure.ts";
import { emptyStore, type EmptyStore, NEVER, nobody } from "../../../support/native.ts";

let store: EmptyStore;
let source: string;

beforeEach(async () => {
  store = await emptyStore({ concurrency: 2 });
  source = join(store.folder, "source");
  mkdirSync(join(source, "deep"), { recursive: true });
  for (const name of ["a", "b", "deep/c"]) writeFileSync(join(source, name), name);
});
afterEach(() => store.remove());

const upload = (...commandFlags: string[]) =>
  store.engine.upload({ repo: "r", path: source, message: "m", commandFlags }, nobody, NEVER);

/** Names of a bundle's files, as they arrive. */
async function filesOf(id: string, ...commandFlags: string[]): Promise<string[]> {
  const destination = join(store.folder, `destination ${readdirSync(store.folder).length}`);
  const request = { repo: "r", ref: { type: "id", id }, destination, commandFlags } as const;
  const { files } = await store.engine.download(request, nobody, NEVER);
  const names = readdirSync(destination, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(destination.length + 1))
    .filter((name) => !name.startsWith(".datamon/"))
    .toSorted();
  expect(files).toBe(names.length);
  return names;
}

function list(...lines: string[]): string {
  const path = join(store.folder, "list");
  writeFileSync(path, lines.join("\n"));
  return `--files=${path}`;
}

/** What each flag does that says which files are moved, or where they are. */
const OBEYED: Record<string, () => Promise<void>> = {
  "name-filter": async () => {
    const { id } = await upload();
    expect(await filesOf(id, "--name-filter=^deep/")).toEqual(["deep/c"]);
  },
  files: async () => {
    const { id, files } = await upload(list("deep/c", "", "a\r", ""));
    expect(files).toBe(2);
    expect(await filesOf(id)).toEqual(["a", "deep/c"]);
  },
  "skip-on-error": async () => {
    symlinkSync("nowhere", join(source, "dangling"));
    await failure(upload("--skip-on-error=false"), "transfer");
    const done = await upload("--skip-on-error=true");
    expect(done).toMatchObject({
      files: 3,
      skipped: 1,
      skippedNames: ['"dangling" (a dangling symbolic link)'],
    });
    expect(await filesOf(done.id)).toEqual(["a", "b", "deep/c"]);
  },
  context: async () => {
    const { id } = await upload();
    expect((await failure(filesOf(id, "--context=other"), "configuration")).message).toContain('"other"');
    const buckets = { wal: "w", readlog: "r", blob: "blob", metadata: "meta", vmetadata: "v" };
    await createContext(openStore(store.url), "config", { name: "other", ...buckets });
    expect(await filesOf(id, "--context=other")).toHaveLength(3);
  },
  config: async () => {
    const { id } = await upload();
    expect((await failure(filesOf(id, "--config=other"), "configuration")).message).toContain("other/");
  },
};

test.each(DATAMON_FLAGS.filter(({ concerns }) => concerns !== "manner"))(
  "the native engine does what --$name says",
  async ({ name }) => {
    await OBEYED[name]?.();
    expect(OBEYED).toHaveProperty([name]);
  },
);

test.each([
  ["is not there", "nope", '"nope" (it vanished)'],
  ["is a folder", "deep", '"deep" (it is a folder: name the files in it)'],
  ["leads out of the folder", "../list", '"../list" (it has a segment "..")'],
  ["is absolute", "/etc/passwd", '"/etc/passwd" (it is an absolute path)'],
  ["is datamon's own", ".conflicts/x", '".conflicts/x" (it is datamon\'s own)'],
  ["lies behind a link", "link/c", '"link/c" (it lies behind a symbolic link to a folder)'],
])("a name in the list of files that %s is refused, or skipped and told", async (_, name, told) => {
  symlinkSync("deep", join(source, "link"));
  expect((await failure(upload(list("a", name)), "transfer")).message).toContain(told);
  const done = await upload(list("a", name), "--skip-on-error=true");
  expect(done).toMatchObject({ files: 1, skipped: 1, skippedNames: [told] });
  expect(await filesOf(done.id)).toEqual(["a"]);
});

test.each([
  ["names a file twice", (path: string) => writeFileSync(path, "a\nb\na\n"), 'names "a" twice'],
  ["is not there", () => undefined, "there is no such file"],
  ["is a pipe", (path: string) => Bun.spawnSync(["mkfifo", path]), "it is not a file"],
  ["is a folder", (path: string) => mkdirSync(path), "it is not a file"],
  ["is not UTF-8", (path: string) => writeFileSync(path, Uint8Array.of(97, 0xff, 10)), "not UTF-8"],
  ["ends within a character", (path: string) => writeFileSync(path, Uint8Array.of(97, 0xc3)), "not UTF-8"],
  ["has a name of 10 MB", (path: string) => writeFileSync(path, "x".repeat(10_000_000)), "longer than any"],
])("a list of files that %s is refused before anything is stored", async (_, make, why) => {
  const path = join(store.folder, "strange");
  make(path);
  for (const skip of ["--skip-on-error=false", "--skip-on-error=true"]) {
    expect((await failure(upload(`--files=${path}`, skip), "configuration")).message).toContain(why);
  }
  expect(readdirSync(store.folder)).not.toContain("blob");
});

test("a list of files longer than one read keeps every name", async () => {
  const names = Array.from({ length: 3000 }, (_, i) => `${"ü".repeat(i % 120)}${i}`);
  for (const name of names) writeFileSync(join(source, name), "x");
  const { id } = await upload(list(...names));
  expect(await filesOf(id)).toEqual(names.toSorted());
});
