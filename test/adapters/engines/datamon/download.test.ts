import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatamonLimits } from "../../../../src/adapters/engines/datamon/engine.ts";
import {
  verifyAgainstRecords,
  verifyAgainstStore,
} from "../../../../src/adapters/engines/datamon/native-verify.ts";
import type { BundleRef, Progress } from "../../../../src/ports.ts";
import { type DatamonKit, datamonKit, shellCommand } from "../../../support/datamon.ts";
import { type SmallStore, smallStore, writeFiles } from "../../../support/datamon-store.ts";
import { failure } from "../../../support/failure.ts";

const NEVER = new AbortController().signal;

let store: SmallStore;
let kit: DatamonKit;
let destination: string;

beforeEach(async () => {
  store = await smallStore();
  destination = join(store.folder, "destination");
});
afterEach(async () => {
  await kit.remove();
  await store.remove();
});

async function use(
  traps: readonly string[] = [],
  limits: Partial<DatamonLimits> = {},
  command?: string,
): Promise<void> {
  const verify = verifyAgainstStore({ store: store.url });
  kit = await datamonKit(store.url, { traps, limits, verify, ...(command === undefined ? {} : { command }) });
}

function fetch(
  ref?: BundleRef,
  signal: AbortSignal = NEVER,
  report: (progress: Progress) => void = () => undefined,
) {
  const request = {
    repo: store.repo,
    ref: ref ?? { type: "label", label: store.label },
    destination,
  } as const;
  return kit.engine.download(request, report, signal);
}

/** Names and contents below the destination, `.datamon` aside. */
async function content(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(destination, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(destination.length + 1);
    if (entry.isFile() && !name.startsWith(".datamon/")) found[name] = await readFile(path, "utf8");
  }
  return found;
}

const downloads = async (): Promise<number> =>
  (await kit.calls()).filter(({ argv }) => argv.startsWith("bundle download")).length;

test.each([
  ["a label", (): BundleRef => ({ type: "label", label: store.label })],
  ["an id", (): BundleRef => ({ type: "id", id: store.id })],
  ["the newest", (): BundleRef => ({ type: "latest" })],
])("a bundle named by %s arrives whole, and nothing else is left", async (_, ref) => {
  await use();
  const reports: Progress[] = [];
  expect(await fetch(ref(), NEVER, (progress) => reports.push(progress))).toEqual({
    id: store.id,
    files: 4,
    bytes: 5006,
  });
  expect(await content()).toEqual({ ...store.files });
  expect((await readdir(destination)).toSorted()).toEqual([
    ".datamon",
    "deep",
    "empty",
    "hello",
    "with space",
  ]);
  expect(reports.at(-1)).toEqual({ files: 4, totalFiles: 4, bytes: 5006, totalBytes: 5006 });
});

test("a truncated file behind exit code 0 is noticed, and the download done again", async () => {
  await use(["truncate-download@"]);
  await kit.arm("truncate-download");
  await fetch();
  expect(await content()).toEqual({ ...store.files });
  expect(await downloads()).toBe(2);
  expect(kit.logged).toEqual(["download failed, trying again from the start"]);
});

test("one that is truncated each time fails with the file's name and leaves nothing", async () => {
  await use(["truncate-download"]);
  const error = await failure(fetch(), "transfer");
  expect(error.message).toContain(`"with space": wrong size (0 bytes instead of 1)`);
  expect(await downloads()).toBe(3);
  expect(await readdir(destination)).toEqual([]);
});

test("the records that the command leaves prove a download without the store", async () => {
  kit = await datamonKit(store.url, { verify: verifyAgainstRecords });
  expect(await fetch()).toEqual({ id: store.id, files: 4, bytes: 5006 });
});

test("they also prove that one is wrong", async () => {
  kit = await datamonKit(store.url, {
    verify: verifyAgainstRecords,
    traps: ["truncate-download"],
    limits: { attempts: 1 },
  });
  expect((await failure(fetch(), "transfer")).message).toContain("wrong size");
});

test("a command that is killed in the middle is run again from the start", async () => {
  await use(["killed-download@"]);
  await kit.arm("killed-download");
  await fetch();
  expect(await content()).toEqual({ ...store.files });
});

test("a command that fails tells its last words and where its log is", async () => {
  await use(["fail-download"], { attempts: 1 });
  const error = await failure(fetch(), "transfer");
  expect(error.message).toBe(
    `cannot download the bundle labelled "golden" of repository "golden-repo": ` +
      "datamon exited with code 1: ERROR: download failed: googleapi: Error 503: Service Unavailable",
  );
  const log = /\S+datamon_download\.0\.log/.exec(error.remedy ?? "")?.[0];
  expect(await readFile(log ?? "", "utf8")).toContain("Service Unavailable");
});

test.each([
  ["label", (): BundleRef => ({ type: "label", label: "no-such" })],
  ["bundle", (): BundleRef => ({ type: "id", id: "0".repeat(27) })],
])("a %s that is not there is a mistake of the settings, tried once", async (what, ref) => {
  await use();
  const error = await failure(fetch(ref()), "configuration");
  expect(error.message).toMatch(
    new RegExp(`cannot find the ${what} "(no-such|0+)" in repository "golden-repo"`),
  );
  expect(await downloads()).toBe(1);
});

test("a download that moves no data is given up", async () => {
  await use(["hang-download"], { stall: 100, attempts: 2 });
  const error = await failure(fetch(), "transfer");
  expect(error.message).toContain("datamon moved no data");
  expect(await downloads()).toBe(2);
});

test("a request to stop ends the command and leaves nothing", async () => {
  await use(["hang-download"]);
  const abort = new AbortController();
  const fetching = fetch(undefined, abort.signal);
  while ((await kit.calls()).length === 0) await Bun.sleep(1);
  abort.abort();
  await failure(fetching, "stopped");
  expect(await readdir(destination)).toEqual([]);
});

test("a destination that holds foreign files is refused, and they stay", async () => {
  await use();
  await writeFiles(destination, { "mine/file": "keep" });
  const error = await failure(fetch(), "configuration");
  expect(error.message).toContain(`it holds "mine", which no download brought there`);
  expect(await content()).toEqual({ "mine/file": "keep" });
});

test("a download that is there already is verified and kept", async () => {
  await use();
  await fetch();
  expect(await fetch()).toEqual({ id: store.id, files: 4, bytes: 5006 });
  expect(await downloads()).toBe(1);
});

test("another bundle that is there already is refused", async () => {
  await use();
  await fetch();
  const source = join(store.folder, "more");
  await writeFiles(source, { new: "bundle" });
  const upload = { repo: store.repo, path: source, message: "m", label: store.label };
  const { id } = await store.native.upload(upload, () => undefined, NEVER);
  const error = await failure(fetch(), "configuration");
  expect(error.message).toContain(`of bundle ${store.id}, not of the bundle labelled "golden"`);
  expect((await failure(fetch({ type: "id", id }), "configuration")).message).toContain(store.id);
  expect(await content()).toEqual({ ...store.files });
});

test("a file that was changed since is not overwritten", async () => {
  await use();
  await fetch();
  await writeFile(join(destination, "hello"), "changed");
  const error = await failure(fetch(), "transfer");
  expect(error.message).toContain("it holds a damaged copy");
  expect((await content())["hello"]).toBe("changed");
});

test("what a killed sidecar left unverified is wiped", async () => {
  await use();
  await writeFiles(join(destination, ".datamon-sidecar-downloading"), { hello: "wrong", ".datamon/x": "" });
  await fetch();
  expect(await content()).toEqual({ ...store.files });
});

test("a move that was cut off by a kill is finished", async () => {
  await use();
  await fetch();
  const verified = join(destination, ".datamon-sidecar-verified");
  await mkdir(verified);
  for (const name of [".datamon", "deep"]) await rename(join(destination, name), join(verified, name));
  expect(await fetch()).toEqual({ id: store.id, files: 4, bytes: 5006 });
  expect(await content()).toEqual({ ...store.files });
  expect(await downloads()).toBe(1);
});

test("a fresh volume's lost+found is nobody's file", async () => {
  await use();
  await mkdir(join(destination, "lost+found"), { recursive: true });
  await fetch();
  expect(await content()).toEqual({ ...store.files });
});

test("a destination that cannot be made is an error of the system", async () => {
  await use();
  await writeFile(join(store.folder, "file"), "");
  destination = join(store.folder, "file", "below");
  expect((await failure(fetch(), "system")).message).toContain("ENOTDIR");
});

test("a command that exits with 0 and brings nothing is not believed", async () => {
  const command = await shellCommand(store.folder, "exit 0");
  await use([], { attempts: 1 }, command);
  expect((await failure(fetch(), "transfer")).message).toContain("left no such bundle");
});

test("a command that is not on PATH says so", async () => {
  await use([], {}, "no-such-datamon");
  expect((await failure(fetch(), "system")).message).toContain(
    'cannot run "no-such-datamon": not found on PATH',
  );
});

test("a command that may not be executed says so", async () => {
  const command = await shellCommand(store.folder, "exit 0");
  await chmod(command, 0o600);
  await use([], {}, command);
  await failure(fetch(), "system");
});

test("with a name filter only the files it lets through are awaited, and proved", async () => {
  await use(["truncate-download@"]);
  await kit.arm("truncate-download");
  const request = {
    repo: store.repo,
    ref: { type: "label", label: store.label } as const,
    destination,
    commandFlags: ["--name-filter=^deep/"],
  };
  expect(await kit.engine.download(request, () => undefined, NEVER)).toEqual({
    id: store.id,
    files: 1,
    bytes: 5000,
  });
  expect(Object.keys(await content())).toEqual(["deep/er/file"]);
  expect(await downloads()).toBe(2);
});

test("a name filter that cannot be understood is a mistake of the settings", async () => {
  const command = await shellCommand(
    store.folder,
    `while [ "$1" != --destination ]; do shift; done; mkdir "$2/.datamon"; touch "$2/.datamon/${store.id}.yaml"`,
  );
  await use([], {}, command);
  const ref = { type: "latest" } as const;
  const request = { repo: store.repo, ref, destination, commandFlags: ["--name-filter=("] };
  await failure(
    kit.engine.download(request, () => undefined, NEVER),
    "configuration",
  );
});
