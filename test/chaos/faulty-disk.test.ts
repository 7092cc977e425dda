import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FaultyDisk, type Operation } from "../../scripts/chaos/faulty-disk.ts";
import { systemClock } from "../../src/adapters/clock.ts";
import { openDirectory } from "../../src/adapters/coordination/directory.ts";
import { removeFile } from "../../src/adapters/remove-file.ts";
import { openStore } from "../../src/adapters/store/open.ts";
import type { Coordination } from "../../src/ports.ts";
import { failure } from "../support/failure.ts";
import { requirePart } from "../support/parts.ts";
import { smallStore } from "../support/datamon-store.ts";

const canFail = requirePart("root") && requirePart("fuse") && requirePart("libfuse3-dev");

let folder: string;
let disk: FaultyDisk;
beforeEach(() => {
  if (!canFail) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), "faulty-")));
  mkdirSync(join(folder, "disk"));
  disk = new FaultyDisk(join(folder, "disk"), join(folder, "control"));
});
afterEach(() => {
  if (!canFail) return;
  Bun.spawnSync(["umount", "-l", disk.folder]);
  rmSync(folder, { recursive: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);

test.skipIf(!canFail)(
  "an object whose bytes the disk loses on their way is refused, and never seen",
  async () => {
    const bucket = openStore(pathToFileURL(disk.folder).href).bucket("b");
    await bucket.put("first", bytes("first"));
    disk.fail(["sync"]);
    const put = async () => await bucket.put("second", bytes("second"));
    const create = async () => await bucket.create("third", bytes("third"));
    for (const write of [put, create]) expect((await failure(write(), "transfer")).message).toContain("EIO");
    disk.heal();
    expect(await bucket.list("")).toEqual(["first"]);
  },
);

test.skipIf(!canFail)(
  "a file whose bytes the disk loses on their way never gets the name of the bundle's",
  async () => {
    const store = await smallStore();
    const { native, repo, id } = store;
    disk.fail(["sync"]);
    const request = { repo, ref: { type: "id", id }, destination: disk.folder } as const;
    const signal = new AbortController().signal;
    const { message } = await failure(
      native.download(request, () => undefined, signal),
      "system",
    );
    expect(message).toContain("EIO");
    disk.heal();
    expect(readdirSync(disk.folder)).toEqual([".datamon"]);
    await store.remove();
  },
);

/** What is done to the coordination directory while the disk fails in one way. */
const ATTEMPTS: readonly [string, Operation, (coordination: Coordination) => void][] = [
  ["a marker is written", "write", (coordination) => coordination.emit({ kind: "files" }, "ready")],
  ["a marker's bytes are lost", "sync", (coordination) => coordination.emit({ kind: "files" }, "ready")],
  ["a marker is renamed", "name", (coordination) => coordination.emit({ kind: "files" }, "ready")],
  ["a marker is taken back", "name", (coordination) => coordination.withdraw({ kind: "files" }, "ready")],
];

test.skipIf(!canFail).each(ATTEMPTS)(
  "when %s, a failing disk is named with the file",
  (_, operation, attempt) => {
    const peer = { kind: "files" } as const;
    const coordination = openDirectory({
      directory: disk.folder,
      participant: "files",
      peers: [peer],
      identity: "run",
      clock: systemClock,
    });
    coordination.emit(peer, "ready");
    disk.fail([operation]);
    const told = { kind: "system", message: `cannot write ${join(disk.folder, "mountdone")}: EIO` };
    expect(() => attempt(coordination)).toThrow(expect.objectContaining(told));
  },
);

test.skipIf(!canFail)("a coordination directory that cannot be read is named", () => {
  const open = () =>
    openDirectory({
      directory: disk.folder,
      participant: "files",
      peers: [{ kind: "files" }],
      identity: "run",
      clock: systemClock,
    });
  open();
  for (const operation of ["look", "read"] as const) {
    disk.fail([operation]);
    expect(open).toThrow(
      expect.objectContaining({ kind: "system", message: expect.stringContaining("EIO") }),
    );
  }
});

test.skipIf(!canFail)("an error in removing a file is that of the disk; an absent file is none", () => {
  removeFile(join(disk.folder, "absent"));
  disk.fail(["look"]);
  expect(() => removeFile(join(disk.folder, "absent"))).toThrow("EIO");
});
