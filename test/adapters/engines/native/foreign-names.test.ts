import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { newBundleId } from "../../../../src/adapters/engines/native/engine.ts";
import { KnownError } from "../../../../src/core/errors.ts";
import { type Entry, fileListText } from "../../../../src/core/storage/file-list.ts";
import { failure } from "../../../support/failure.ts";
import {
  content,
  emptyStore,
  type EmptyStore,
  forgeBundle,
  forgeContent,
  NEVER,
  nobody,
} from "../../../support/native.ts";

const SWAP = join(import.meta.dir, "../../../fixtures/foreign/swap.ts");

const PARTS = [
  "a|A|b|..|.||/|\\|C:\\x|c:|\0|\n| |ü|u\u{308}|💾|\ud800|.datamon|.datamon |-rf|~|$(id)|{}".split("|"),
  ["x".repeat(255), "x".repeat(256), "文".repeat(86)],
].flat();

let store: EmptyStore;
let good: Entry;
let large: Entry;

beforeEach(async () => {
  store = await emptyStore({ concurrency: 2 });
  good = await forgeContent(store, "good", content(100));
  large = await forgeContent(store, "large", content(5 * 65_536, 2));
});
afterEach(() => store.remove());

function forge(entries: readonly Entry[]): string {
  const id = newBundleId();
  forgeBundle(store, id, [fileListText(entries)]);
  return id;
}

/** Everything below a folder with what it is, links not followed. */
function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => `${name} ${lstatSync(join(folder, name)).isDirectory() ? "folder" : "file"}`)
    .toSorted();
}

test("files of any names arrive below the destination, all of them, or the bundle is refused before anything is written", async () => {
  const part = fc.constantFrom(...PARTS);
  const name = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join("/")),
  );
  const before = everythingIn(store.folder).filter((found) => !/store\/meta|box/.test(found));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async (names) => {
      const box = join(store.folder, "box");
      const destination = join(box, "in/here");
      mkdirSync(box);
      try {
        const id = forge(names.map((each) => ({ ...good, name: each })));
        const request = { repo: "r", ref: { type: "id", id }, destination } as const;
        await store.engine.download(request, nobody, NEVER);
        for (const each of names) {
          expect(readFileSync(join(destination, each)).equals(content(100))).toBe(true);
        }
        expect(everythingIn(destination).filter((found) => found.endsWith(" file"))).toHaveLength(
          names.length + 2,
        );
      } catch (error) {
        if (!(error instanceof KnownError)) throw error;
        expect(error.kind).toBe("transfer");
        expect(everythingIn(box)).toEqual([]);
      } finally {
        rmSync(box, { recursive: true });
      }
    }),
    { numRuns: 300 },
  );
  expect(everythingIn(store.folder).filter((found) => !/store\/meta/.test(found))).toEqual(before);
}, 60_000);

test("whoever swaps folders for links while a download runs gets nothing written elsewhere", async () => {
  const outside = join(store.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "victim"), "untouched");
  const names = Array.from({ length: 600 }, (_, i) => `${i % 2 === 0 ? "first" : "second/deep"}/${i}`);
  const id = forge([...names.map((name) => ({ ...good, name })), { ...large, name: "second/large" }]);
  for (let round = 0; round < 6; round++) {
    const destination = join(store.folder, `destination ${round}`);
    mkdirSync(destination);
    const swapper = Bun.spawn([process.execPath, SWAP, destination, outside], { stdout: "pipe" });
    await swapper.stdout.getReader().read();
    const request = { repo: "r", ref: { type: "id", id }, destination } as const;
    const end = await store.engine.download(request, nobody, NEVER).catch((error: unknown) => error);
    swapper.kill("SIGKILL");
    await swapper.exited;
    if (end instanceof Error && !(end instanceof KnownError && end.kind !== "bug")) throw end;
    expect(readdirSync(outside)).toEqual(["victim"]);
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe("untouched");
  }
}, 60_000);

test("a folder in the place of an unfinished file is refused, and what is in it stays", async () => {
  const id = forge([good, large]);
  const destination = join(store.folder, "destination");
  for (const index of [0, 1]) {
    const planted = join(destination, `.datamon/${id}-part-0-${index}`);
    mkdirSync(planted, { recursive: true });
    writeFileSync(join(planted, "theirs"), "x");
    const request = { repo: "r", ref: { type: "id", id }, destination } as const;
    await failure(store.engine.download(request, nobody, NEVER), "system");
    expect(readdirSync(planted)).toEqual(["theirs"]);
    rmSync(destination, { recursive: true });
  }
});
