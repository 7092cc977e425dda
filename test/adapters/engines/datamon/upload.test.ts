import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatamonLimits } from "../../../../src/adapters/engines/datamon/engine.ts";
import type { Progress } from "../../../../src/ports.ts";
import { type DatamonKit, datamonKit } from "../../../support/datamon.ts";
import { type SmallStore, smallStore, writeFiles } from "../../../support/datamon-store.ts";
import { failure } from "../../../support/failure.ts";

const NEVER = new AbortController().signal;

let store: SmallStore;
let kit: DatamonKit;
let path: string;

beforeEach(async () => {
  store = await smallStore();
  path = join(store.folder, "results");
  await writeFiles(path, { a: "1", "b/c": "22" });
});
afterEach(async () => {
  await kit.remove();
  await store.remove();
});

async function use(traps: readonly string[] = [], limits: Partial<DatamonLimits> = {}): Promise<void> {
  kit = await datamonKit(store.url, { traps, limits });
}

function send(
  label: string | undefined = "out",
  signal: AbortSignal = NEVER,
  report: (progress: Progress) => void = () => undefined,
) {
  const request = { repo: store.repo, path, message: `it's "done" $(now)` };
  return kit.engine.upload(label === "" ? request : { ...request, label }, report, signal);
}

const calls = async (start: string): Promise<number> =>
  (await kit.calls()).filter(({ argv }) => argv.startsWith(start)).length;

/** What the label names, by the store itself. */
async function labelled(label = "out"): Promise<string> {
  const ref = { type: "label", label } as const;
  return (await store.native.verify({ repo: store.repo, ref }, () => undefined, NEVER)).id;
}

test("an upload tells its bundle, and the label is read back", async () => {
  await use();
  const reports: Progress[] = [];
  const { id, files, bytes } = await send("out", NEVER, (progress) => reports.push(progress));
  expect({ files, bytes }).toEqual({ files: 2, bytes: 3 });
  expect(await labelled()).toBe(id);
  expect(await calls("label get")).toBe(1);
  expect(reports.at(-1)).toEqual({ files: 2, totalFiles: 2, bytes: 3, totalBytes: 3 });
});

test("without a label none is looked at", async () => {
  await use();
  await send("");
  expect(await calls("label")).toBe(0);
});

test("when only the label failed it is set afterwards, without a second upload", async () => {
  await use(["unlabelled-upload"]);
  const { id } = await send();
  expect(await labelled()).toBe(id);
  expect(await calls("bundle upload")).toBe(1);
  expect(kit.logged).toEqual(["datamon failed after the bundle was uploaded"]);
});

test("a label that was not set although the exit code is 0 is set afterwards", async () => {
  await use(["empty-label"]);
  const { id } = await send();
  expect(await labelled()).toBe(id);
});

test("a label look-up that fails once is done again", async () => {
  await use(["fail-label-get@"]);
  await kit.arm("fail-label-get");
  const { id } = await send();
  expect(await labelled()).toBe(id);
});

test("a label that cannot be set names the bundle and how to label it by hand", async () => {
  await use(["unlabelled-upload", "fail-label-set"]);
  const error = await failure(send(), "transfer");
  const id = /cannot label the bundle (\w{27}) /.exec(error.message)?.[1];
  expect(error.remedy).toBe(
    `set it with: datamon label set --repo golden-repo --label out --bundle ${id ?? "?"}`,
  );
  expect(await calls("bundle upload")).toBe(1);
});

test("an upload that fails is not done again", async () => {
  await use(["fail-upload"]);
  const error = await failure(send(), "transfer");
  expect(error.message).toContain(
    `cannot upload "${path}" to repository "golden-repo": datamon exited with code 1`,
  );
  const log = /\S+datamon_upload\.0\.log/.exec(error.remedy ?? "")?.[0];
  expect(await readFile(log ?? "", "utf8")).toContain("Service Unavailable");
  expect(await calls("bundle upload")).toBe(1);
});

test("an upload that is killed is a failure", async () => {
  await use(["killed-upload"]);
  expect((await failure(send(), "transfer")).message).toContain("datamon was ended by SIGKILL");
});

test("an upload that tells no id is not believed", async () => {
  await use(["no-id"]);
  expect((await failure(send(), "transfer")).message).toContain("told no bundle id");
});

test("an upload that moves no data is given up", async () => {
  await use(["hang-upload"], { stall: 100 });
  expect((await failure(send(), "transfer")).message).toContain("moved no data");
});

test("a request to stop ends the command", async () => {
  await use(["deaf-upload"], { grace: 20 });
  const abort = new AbortController();
  const sending = send("out", abort.signal);
  while ((await kit.calls()).length === 0) await Bun.sleep(1);
  abort.abort();
  await failure(sending, "stopped");
});

test("a folder that is not there is an error before anything is started", async () => {
  await use();
  path = join(store.folder, "nothing");
  expect((await failure(send(), "system")).message).toBe(`cannot upload "${path}": ENOENT`);
  await writeFile(path, "");
  expect((await failure(send(), "system")).message).toBe(`cannot upload "${path}": it is not a folder`);
  expect(await kit.calls()).toEqual([]);
});

test("datamon's configuration can be written as old pod specs ask for", async () => {
  await use();
  await kit.engine.configure(["config", "create", "--email", "a@b.c", "--name", "it's me"], NEVER);
  expect(await readFile(join(kit.folder, "datamon.yaml"), "utf8")).toContain(`name: "it's me"`);
});

test("a configuration that fails is a mistake of the settings", async () => {
  await use();
  const error = await failure(kit.engine.configure(["config", "create", "--frob"], NEVER), "configuration");
  expect(error.message).toStartWith('cannot run "datamon config create --frob": datamon exited with code 1');
});
