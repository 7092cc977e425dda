import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, existsSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepFile } from "../../../../src/adapters/engines/native/keep.ts";
import type { Session } from "../../../../src/adapters/engines/native/workbench.ts";
import { Workbenches } from "../../../../src/adapters/engines/native/workbenches.ts";
import { failure } from "../../../support/failure.ts";
import { emptyStore, type EmptyStore } from "../../../support/native.ts";

let store: EmptyStore;
let source: string;
let folder: number;
beforeEach(async () => {
  store = await emptyStore();
  source = join(store.folder, "source");
  mkdirSync(source);
  writeFileSync(join(store.folder, "secret"), "not!");
  symlinkSync(join(store.folder, "secret"), join(source, "link"));
  folder = openSync(source, constants.O_DIRECTORY);
});
afterEach(async () => {
  closeSync(folder);
  await store.remove();
});

const benchFor = (roots: Session["roots"]) =>
  new Workbenches().for({
    id: "session",
    store: store.url,
    blobs: "blob",
    bundle: "bundle",
    leafSize: 65_536,
    exactLeaves: true,
    folder,
    parts: -1,
    compare: "bytes",
    skipUnreadable: false,
    roots,
  });

// The walk refuses such a link, too; this is what holds when it was turned after the walk.
test("a link that leads elsewhere by the time it is opened is not read", async () => {
  const file = { name: "link", size: 4 };
  await failure(keepFile(await benchFor([source]), file), "transfer");
  expect(existsSync(store.blobs)).toBe(false);
  expect(await keepFile(await benchFor([source, store.folder]), file)).toHaveProperty("hash");
});
