import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleEngine, BundleRef, Progress } from "../../src/ports.ts";
import { type SmallStore, smallStore, writeFiles } from "../support/datamon-store.ts";
import { failure } from "../support/failure.ts";

/** An engine on a store, made fresh for each test. */
export interface EngineSubject {
  readonly engine: BundleEngine;
  remove(): Promise<void>;
}

const NEVER = new AbortController().signal;
const nobody = () => undefined;

/** What every engine that moves bundles must do, proved on a store that both can read. */
export function bundleEngineContract(
  name: string,
  make: (store: SmallStore) => Promise<EngineSubject>,
): void {
  let store: SmallStore;
  let subject: EngineSubject;
  let destination: string;

  beforeEach(async () => {
    store = await smallStore();
    subject = await make(store);
    destination = join(store.folder, "destination");
  });
  afterEach(async () => {
    await subject.remove();
    await store.remove();
  });

  const download = (ref: BundleRef, signal = NEVER, report: (progress: Progress) => void = nobody) =>
    subject.engine.download({ repo: store.repo, ref, destination }, report, signal);

  test.each([
    ["its label", (): BundleRef => ({ type: "label", label: store.label })],
    ["its id", (): BundleRef => ({ type: "id", id: store.id })],
    ["being the newest", (): BundleRef => ({ type: "latest" })],
  ])(`${name}: a bundle known by %s arrives whole`, async (_, ref) => {
    const bytes = Object.values(store.files).join("").length;
    expect(await download(ref())).toEqual({ id: store.id, files: Object.keys(store.files).length, bytes });
    expect(await contentOf(destination)).toEqual({ ...store.files });
    expect(existsSync(join(destination, ".datamon", `${store.id}.yaml`))).toBe(true);
  });

  test(`${name}: what was uploaded comes back, under its label`, async () => {
    const path = join(store.folder, "out");
    const files = { "a b/ü.txt": "text", "deep/er/number": "1e3", "no newline": "", "quote'\"": "'" };
    await writeFiles(path, files);
    await mkdir(join(path, "empty folder"));
    const request = { repo: store.repo, path, message: `it's "done": #1`, label: "new" };
    const { id, files: count } = await subject.engine.upload(request, nobody, NEVER);
    expect(count).toBe(4);
    expect(await download({ type: "label", label: "new" })).toMatchObject({ id, files: 4 });
    expect(await contentOf(destination)).toEqual(files);
  });

  test(`${name}: a second upload moves the label, and the first bundle stays`, async () => {
    const path = join(store.folder, "out");
    await writeFiles(path, { only: "this" });
    const request = { repo: store.repo, path, message: "second", label: store.label };
    const { id } = await subject.engine.upload(request, nobody, NEVER);
    expect(id).not.toBe(store.id);
    expect((await download({ type: "label", label: store.label })).id).toBe(id);
    const old = join(store.folder, "old");
    const ref = { type: "id", id: store.id } as const;
    await subject.engine.download({ repo: store.repo, ref, destination: old }, nobody, NEVER);
    expect(await contentOf(old)).toEqual({ ...store.files });
  });

  test(`${name}: a label, an id, a repository that is not there is an error that names it`, async () => {
    const missing = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
    expect((await failure(download({ type: "label", label: "nope" }))).message).toContain("nope");
    expect((await failure(download({ type: "id", id: missing }))).message).toContain(missing);
    const path = join(store.folder, "out");
    await writeFiles(path, { a: "b" });
    const upload = subject.engine.upload({ repo: "nowhere", path, message: "m" }, nobody, NEVER);
    expect((await failure(upload)).message).toContain("nowhere");
  });

  test(`${name}: a damaged blob is a failed transfer, and nothing that looks complete`, async () => {
    const blobs = join(store.folder, "blob");
    for (const blob of await readdir(blobs)) {
      const content = await readFile(join(blobs, blob));
      // The leaf of `hello`.
      if (content.toString() === "world") await writeFile(join(blobs, blob), "wOrld");
    }
    await failure(download({ type: "label", label: store.label }), "transfer");
    expect(existsSync(join(destination, "hello"))).toBe(false);
    expect(existsSync(join(destination, ".datamon", `${store.id}.yaml`))).toBe(false);
  });

  test(`${name}: a link that leads outside of what is declared is refused and named, one into it is followed`, async () => {
    const [path, input] = [join(store.folder, "out"), join(store.folder, "in")];
    await writeFiles(path, { own: "own" });
    await writeFiles(input, { given: "given" });
    await symlink(join(input, "given"), join(path, "taken"));
    await symlink("own", join(path, "again"));
    const request = { repo: store.repo, path, message: "m", label: "new", linksInto: [input] };
    await subject.engine.upload(request, nobody, NEVER);
    await download({ type: "label", label: "new" });
    expect(await contentOf(destination)).toEqual({ own: "own", taken: "given", again: "own" });

    const upload = subject.engine.upload({ ...request, label: "newer", linksInto: [] }, nobody, NEVER);
    const error = await failure(upload, "transfer");
    for (const words of ["taken", join(input, "given"), "outside"]) expect(error.message).toContain(words);
    await failure(
      subject.engine.download(
        { ...request, ref: { type: "label", label: "newer" }, destination },
        nobody,
        NEVER,
      ),
    );
  });

  test(`${name}: asked to stop before it began, it does nothing and says so`, async () => {
    const path = join(store.folder, "out");
    await writeFiles(path, { a: "b" });
    const stopped = AbortSignal.abort();
    await failure(download({ type: "label", label: store.label }, stopped), "stopped");
    expect(existsSync(join(destination, "hello"))).toBe(false);
    const request = { repo: store.repo, path, message: "m", label: "new" };
    await failure(subject.engine.upload(request, nobody, stopped), "stopped");
    await failure(download({ type: "label", label: "new" }));
  });

  test(`${name}: progress ends with everything done`, async () => {
    const reports: Progress[] = [];
    const { files, bytes } = await download({ type: "latest" }, NEVER, (progress) => reports.push(progress));
    expect(reports.at(-1)).toMatchObject({ bytes, totalBytes: bytes });
    expect(reports.at(-1)?.files === files || reports.at(-1)?.totalFiles === 0).toBe(true);
  });
}

/** Names and contents below a folder, `.datamon` aside. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isFile() && !name.startsWith(".datamon/")) found[name] = await readFile(path, "utf8");
  }
  return found;
}
