import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { unpackGolden } from "../support/golden.ts";
import { filesIn, flagsOf, makePod, type Pod } from "../support/pod.ts";

let pod: Pod;
beforeEach(async () => {
  pod = await makePod();
});
afterEach(() => pod.remove());

/** Copies what it was given, and adds a file of its own. */
const WORK = "cp -r in/hello in/deep out/ && echo made >out/new";

test("the application reads its input and its output becomes a labelled bundle, byte for byte", async () => {
  const [files, app] = [pod.files(), pod.app(WORK)];
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(filesIn(pod.path("in"))).toEqual(pod.store.files);
  expect(await pod.bundle()).toEqual({
    hello: pod.store.files["hello"]!,
    "deep/er/file": pod.store.files["deep/er/file"]!,
    new: "made\n",
  });
});

test("a sidecar that comes first, long before its wrapper, is found ready", async () => {
  const files = pod.files();
  await files.says("ready");
  const app = pod.app(WORK);
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle()).toMatchObject({ new: "made\n" });
});

test("several sources and destinations are served together, each with its own label and id file", async () => {
  const files = pod.files([
    ...pod.input("in2"),
    ...pod.output("out2", "second"),
    ...flagsOf("destination", "out2", { "id-file": pod.path("ids/deep/out2") }),
  ]);
  const app = pod.app("cp in/hello out/1 && mkdir -p out2 && cp in2/deep/er/file out2/2");
  expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
  expect(await pod.bundle("result")).toEqual({ "1": "world" });
  expect(await pod.bundle("second")).toEqual({ "2": pod.store.files["deep/er/file"]! });
  const uploaded = pod.status("files").bundles.find(({ name }) => name === "out2");
  expect(pod.read("ids/deep/out2")).toBe(`${uploaded?.id}\n`);
  const marker = JSON.parse(pod.read("coord/uploaddone")) as { bundles: { name: string }[] };
  expect(marker.bundles.map(({ name }) => name).toSorted()).toEqual(["out", "out2"]);
});

test("the golden bundle goes through the pair and comes out in exactly the blobs it came from", async () => {
  const golden = await unpackGolden();
  try {
    const blobs = (): string[] => readdirSync(join(golden.store, "blob")).toSorted();
    const before = blobs();
    const source = { path: pod.path("in"), repo: golden.repo, label: golden.label };
    const destination = { path: pod.path("out"), repo: golden.repo, message: "again", label: "again" };
    const files = pod.run("datamon-sidecar", [
      "files",
      "--engine=native",
      `--store=${golden.url}`,
      ...flagsOf("source", "in", source),
      ...flagsOf("destination", "out", destination),
    ]);
    const app = pod.app("cp -r in/. out/ && rm -rf out/.datamon");
    expect([await app.exit(), await files.exit()]).toEqual([0, 0]);
    const { exitCode } = Bun.spawnSync(["diff", "-r", "--exclude=.datamon", golden.source, pod.path("in")]);
    expect(exitCode).toBe(0);
    expect(blobs()).toEqual(before);
    expect(pod.status("files").bundles).toMatchObject([{ id: golden.id }, { label: "again" }]);
  } finally {
    await golden.remove();
  }
});
