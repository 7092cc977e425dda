import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMounts } from "../../src/adapters/mounts.ts";
import type { BundleEngine } from "../../src/ports.ts";
import { failure } from "../support/failure.ts";

/** What an engine that can mount is tried with. */
export interface MountSubject {
  readonly engine: BundleEngine;
  readonly repo: string;
  /** A label of `repo`, and a file of its bundle. */
  readonly label: string;
  readonly file: { readonly name: string; readonly content: string };
  /** Takes what was made for the test away. */
  remove(): Promise<void>;
}

const NEVER = new AbortController().signal;
const mounts = createMounts();

/** What every engine that mounts must do. `make` gives a fresh engine for each test. */
export function mountContract(name: string, skip: boolean, make: () => Promise<MountSubject>): void {
  let subject: MountSubject;
  let folder: string;
  let mountPoint: string;

  beforeEach(async () => {
    if (skip) return;
    subject = await make();
    folder = await realpath(await mkdtemp(join(tmpdir(), "mount ")));
    mountPoint = join(folder, "in");
    await mkdir(mountPoint);
  });
  afterEach(async () => {
    if (skip) return;
    await mounts.detach(mountPoint, (entry) => entry.type.startsWith("fuse"));
    await rm(folder, { recursive: true, force: true });
    await subject.remove();
  });

  const request = (at: string, label = subject.label): Parameters<BundleEngine["mount"]>[0] => ({
    repo: subject.repo,
    ref: { type: "label", label },
    mountPoint: at,
  });
  const check = test.skipIf(skip);

  check(`${name}: a mount that was handed out can be read, and only read`, async () => {
    const mount = await subject.engine.mount(request(mountPoint), NEVER);
    expect(await readFile(join(mountPoint, subject.file.name), "utf8")).toBe(subject.file.content);
    expect(mounts.at(mountPoint)?.type).toBe("fuse.datamon");
    const written = await writeFile(join(mountPoint, "new"), "x").then(
      () => "written",
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(written).toBe("EROFS");
    await mount.release();
  });

  check(`${name}: after its release nothing is left in the mount table`, async () => {
    const mount = await subject.engine.mount(request(mountPoint), NEVER);
    await mount.release();
    expect(mounts.at(mountPoint)).toBeUndefined();
    expect(await readdir(mountPoint)).toEqual([]);
  });

  check(`${name}: releasing twice is releasing once, and is no death`, async () => {
    const mount = await subject.engine.mount(request(mountPoint), NEVER);
    await Promise.all([mount.release(), mount.release()]);
    await mount.release();
    const first = await Promise.race([mount.died.then(() => "died"), Bun.sleep(0).then(() => "released")]);
    expect(first).toBe("released");
  });

  check(`${name}: a mount point behind a symbolic link is found by its real path`, async () => {
    const link = join(folder, "link");
    await symlink(folder, link);
    const mount = await subject.engine.mount(request(join(link, "in")), NEVER);
    expect(mounts.at(mountPoint)?.type).toBe("fuse.datamon");
    await mount.release();
    expect(mounts.at(mountPoint)).toBeUndefined();
  });

  check(`${name}: several mounts live beside each other`, async () => {
    const other = join(folder, "other");
    await mkdir(other);
    const both = await Promise.all([
      subject.engine.mount(request(mountPoint), NEVER),
      subject.engine.mount(request(other), NEVER),
    ]);
    await both[0].release();
    expect(await readFile(join(other, subject.file.name), "utf8")).toBe(subject.file.content);
    await both[1].release();
    expect(mounts.at(other)).toBeUndefined();
  });

  check(`${name}: a mount is released although a file below it is open`, async () => {
    const mount = await subject.engine.mount(request(mountPoint), NEVER);
    const reader = Bun.spawn(["sleep", "60"], { cwd: mountPoint });
    await mount.release();
    expect(mounts.at(mountPoint)).toBeUndefined();
    reader.kill();
  });

  check(`${name}: a mount point that does not exist is made`, async () => {
    const missing = join(folder, "deep/missing");
    const mount = await subject.engine.mount(request(missing), NEVER);
    expect(await readFile(join(missing, subject.file.name), "utf8")).toBe(subject.file.content);
    await mount.release();
    expect(await readdir(missing)).toEqual([]);
  });

  check(`${name}: a mount point that cannot be made is named`, async () => {
    await writeFile(join(folder, "file"), "");
    const error = await failure(subject.engine.mount(request(join(folder, "file/in")), NEVER), "system");
    expect(error.message).toContain(`"${join(folder, "file/in")}"`);
  });

  check(`${name}: a mount point that is a file is refused`, async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const error = await failure(subject.engine.mount(request(file), NEVER), "system");
    expect(error.message).toContain("not a folder");
  });

  check(`${name}: a label that is not there is a mistake of the settings`, async () => {
    const error = await failure(subject.engine.mount(request(mountPoint, "no-such"), NEVER), "configuration");
    expect(error.message).toContain('"no-such"');
    expect(mounts.at(mountPoint)).toBeUndefined();
  });

  check(`${name}: once stopped it mounts nothing`, async () => {
    await failure(subject.engine.mount(request(mountPoint), AbortSignal.abort()), "stopped");
    expect(mounts.at(mountPoint)).toBeUndefined();
  });
}
