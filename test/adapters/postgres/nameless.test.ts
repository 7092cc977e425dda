import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Disguise,
  runNamed,
  userNamespace,
  wrappedPasswd,
} from "../../../src/adapters/postgres/nameless.ts";
import { run } from "../../../src/adapters/processes.ts";
import { initdbArguments } from "../../../src/core/postgres/arguments.ts";
import { failure } from "../../support/failure.ts";
import { requirePart } from "../../support/parts.ts";
import { BIN_15, type Bench, freePort, has15, makeBench, prepare, sql } from "../../support/postgres.ts";

/** A user that is in no password file. */
const NOBODY = 54321;
const canDrop = has15 && requirePart("root");
const canDisguise = canDrop && requirePart("user namespaces");
let bench: Bench;
let folder: string;
beforeAll(async () => {
  bench = await makeBench({ runAs: String(NOBODY) });
  folder = await mkdtemp(join(tmpdir(), "nameless-"));
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await bench.remove();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test.skipIf(!canDisguise)(
  "root serves a new database as a user without a name",
  async () => {
    const port = await freePort();
    await prepare(bench.workload(bench.settings({ port })));
    expect(await sql(port, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const { uid } = await Bun.file(join(bench.folder, "data/db/PG_VERSION")).stat();
    expect(uid).toBe(NOBODY);
  },
  30_000,
);

test.skipIf(!canDisguise)(
  "a user without a name lives on a read-only root file system, from nothing to a bundle and back",
  async () => {
    await chown(folder, NOBODY, NOBODY);
    const script = `
    mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro / &&
    ! touch /written 2>/dev/null &&
    exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups "$2" "$3" "$1"`;
    const fixture = join(import.meta.dir, "../../fixtures/postgres/whole-life.ts");
    const child = Bun.spawn(
      ["unshare", "--mount", "sh", "-c", script, "sh", folder, process.execPath, fixture],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
      },
    );
    const [output, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect(complaint).toBe("");
    expect(output).toBe(`uid ${NOBODY} made 2 bundles\n`);
  },
  60_000,
);

/** Runs initdb as the nameless user with these ways alone to give it a name. */
async function initialise(name: string, ...disguises: Disguise[]): Promise<string> {
  const target = join(bench.folder, name);
  await mkdir(target, { mode: 0o700 });
  await chown(target, NOBODY, NOBODY);
  const cluster = { folder: target, checksums: true, encoding: "UTF8", sync: false };
  await runNamed(
    run,
    process.env,
    join(bench.folder, "run"),
    {
      program: join(BIN_15, "initdb"),
      args: initdbArguments(cluster),
      identity: { uid: NOBODY, gid: NOBODY },
      options: { cwd: target },
      purpose: "try",
    },
    disguises,
  );
  return target;
}

test.skipIf(!canDrop || !requirePart("libnss_wrapper"))(
  "libnss_wrapper gives the user a name where no user namespace may be made",
  async () => {
    const target = await initialise("wrapped", wrappedPasswd);
    expect(await Bun.file(join(target, "PG_VERSION")).text()).toBe("15\n");
  },
  30_000,
);

test.skipIf(!canDisguise)(
  "a user namespace gives the user a name where no libnss_wrapper is",
  async () => {
    const target = await initialise("mapped", userNamespace);
    expect((await Bun.file(join(target, "PG_VERSION")).stat()).uid).toBe(NOBODY);
  },
  30_000,
);

test.skipIf(!canDrop)(
  "where nothing can give the user a name, the error says what to add to the image",
  async () => {
    const error = await failure(initialise("nameless"), "system");
    expect(error.message).toContain("could not look up effective user ID");
    expect(error.remedy).toContain("libnss-wrapper");
  },
  30_000,
);
