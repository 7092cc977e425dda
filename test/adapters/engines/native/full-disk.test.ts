import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failure } from "../../../support/failure.ts";
import { content, emptyStore, type EmptyStore, NEVER, nobody } from "../../../support/native.ts";
import { requirePart } from "../../../support/parts.ts";

const MB = 1024 * 1024;
const skip = !requirePart("root");

let store: EmptyStore;
let source: string;
let small: string;

beforeEach(async () => {
  if (skip) return;
  store = await emptyStore({ concurrency: 2 });
  source = join(store.folder, "source");
  mkdirSync(source);
  for (let i = 0; i < 700; i++) writeFileSync(join(source, `${i}`), content(4000, i + 1));
  writeFileSync(join(source, "large.bin"), content(24 * MB));
  small = mkdtempSync(join(tmpdir(), "small-"));
  mount("size=20m");
});
afterEach(async () => {
  if (skip) return;
  Bun.spawnSync(["umount", small]);
  rmSync(small, { recursive: true });
  await store.remove();
});

function mount(options: string): void {
  const { success, stderr } = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", small]);
  if (!success) throw new Error(stderr.toString());
}

test.skipIf(skip)(
  "a download that fills the disk says so, looks incomplete, and goes on once there is room",
  async () => {
    const { id } = await store.engine.upload({ repo: "r", path: source, message: "m" }, nobody, NEVER);
    const destination = join(small, "in");
    const request = { repo: "r", ref: { type: "id", id }, destination } as const;
    const error = await failure(store.engine.download(request, nobody, NEVER), "system");
    expect(error.message).toContain("the disk of the destination is full");
    expect(error.remedy).toContain("goes on where it stopped");
    expect(existsSync(join(destination, ".datamon", `${id}.yaml`))).toBe(false);
    expect(existsSync(join(destination, "large.bin"))).toBe(false);
    mount("remount,size=60m");
    await store.engine.download(request, nobody, NEVER);
    expect(readFileSync(join(destination, "large.bin")).equals(content(24 * MB))).toBe(true);
  },
);

test.skipIf(skip)(
  "an upload that fills the store says so, and leaves neither bundle nor half a blob",
  async () => {
    const root = join(store.folder, "store");
    Bun.spawnSync(["cp", "-a", `${root}/.`, small]);
    Bun.spawnSync(["mount", "--bind", small, root]);
    try {
      const upload = () =>
        store.engine.upload({ repo: "r", path: source, message: "m", label: "l" }, nobody, NEVER);
      const error = await failure(upload(), "transfer");
      expect(error.message).toContain("ENOSPC");
      expect(error.remedy).toContain("free some space");
      expect(existsSync(join(root, "vmeta"))).toBe(false);
      expect(readdirSync(store.blobs).filter((name) => name.startsWith("."))).toEqual([]);
      mount("remount,size=60m");
      const { id } = await upload();
      const { findings } = await store.engine.verify({ repo: "r", ref: { type: "id", id } }, nobody, NEVER);
      expect(findings).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", root]);
    }
  },
);
