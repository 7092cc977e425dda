import { expect, test } from "bun:test";
import { decideRun, formatRun, parseRun, podUidOf, type RunDecision } from "../../src/core/run.ts";
import { status } from "./observations.ts";

const JOIN: RunDecision = { type: "join", run: "r" };
const BEGIN: RunDecision = { type: "begin" };
const app = (phase: Parameters<typeof status>[1]) => status("app", phase);
const files = (phase: Parameters<typeof status>[1]) => status("files", phase);

const CASES: readonly [string, Parameters<typeof decideRun>, RunDecision][] = [
  ["an empty directory begins a run", [undefined, undefined, [], "app"], BEGIN],
  ["a run nobody has spoken in yet is joined", [undefined, "r", [], "app"], JOIN],
  ["a run under way is joined", [undefined, "r", [app("running"), files("ready")], "files"], JOIN],
  ["a run whose wrapper has ended is over", [undefined, "r", [app("done"), files("ready")], "app"], BEGIN],
  ["a run whose wrapper has failed is over", [undefined, "r", [app("failed")], "app"], BEGIN],
  [
    "a sidecar that has ended does not end the run",
    [undefined, "r", [app("uploading"), files("done")], "app"],
    JOIN,
  ],
  [
    "with an old wrapper the run is over when all have ended",
    [undefined, "r", [files("done")], "files"],
    BEGIN,
  ],
  ["with an old wrapper it goes on while one lives", [undefined, "r", [files("ready")], "postgres-db"], JOIN],
  ["statuses of other runs say nothing", [undefined, "r", [{ ...app("done"), run: "other" }], "app"], JOIN],
  [
    "one that was cut off goes on although its wrapper has ended",
    [undefined, "r", [app("done"), files("uploading")], "files"],
    JOIN,
  ],
  ["the pod's own run is joined even when it is over", ["r", "r", [app("done")], "app"], JOIN],
  ["another pod's run is not joined even when it is under way", ["s", "r", [app("running")], "app"], BEGIN],
];

for (const [what, given, decision] of CASES) {
  test(what, () => {
    expect(decideRun(...given)).toEqual(decision);
  });
}

test("a run record is read back, whatever the run is called", () => {
  for (const run of ["r", "", 'a"b', "line\nbreak", "\u{1f4a9}"]) expect(parseRun(formatRun(run))).toBe(run);
});

for (const text of [
  "",
  "{",
  "null",
  "[]",
  '"r"',
  '{"run":1}',
  '{"run":null}',
  '{"Run":"r"}',
  '{"__proto__":{"run":"r"}}',
]) {
  test(`${JSON.stringify(text)} is no run record`, () => {
    expect(parseRun(text)).toBeUndefined();
  });
}

const UID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
const KUBELET = `1234 1200 8:1 /var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~empty-dir/coord /coord rw - ext4 /dev/sda1 rw`;

test("the uid of the pod is found in the mount table", () => {
  expect(podUidOf(`22 1 0:20 / /proc rw - proc proc rw\n${KUBELET}\n`)).toBe(UID);
});

test("a mount table without a pod has no uid", () => {
  expect(podUidOf("22 1 0:20 / /proc rw - proc proc rw\n")).toBeUndefined();
  expect(podUidOf(KUBELET.replace(UID, "not-a-uid"))).toBeUndefined();
  expect(podUidOf("")).toBeUndefined();
});
