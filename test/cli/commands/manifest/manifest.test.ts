import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const MAIN = join(import.meta.dir, "../../../../src/main.ts");
const SETTINGS = `coordPoint: /coord
engine: native
store: file:///store
sources: [{name: input, path: /input, repo: r, label: l}]
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manifest-"));
  writeFileSync(join(folder, "s.yaml"), SETTINGS);
});
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(...words: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, MAIN, "manifest", ...words], {
    cwd: folder,
    // What is set where the manifest is written is not set in the pod.
    env: { PATH: process.env["PATH"], SIDECAR_COORD_POINT: "/elsewhere", SIDECAR_GRACE: "nonsense" },
  });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

test.each([
  ["pod", "Pod"],
  ["job", "Job"],
  ["argo", "Workflow"],
])("manifest %s writes the settings and a %s, and says nothing else", (kind, object) => {
  const words = ["--config", "s.yaml", "--app-image", "a:1", "--name", "night", "--", "work", "--name", "x"];
  const { exitCode, stdout, stderr } = manifest(kind, ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const documents = parseAllDocuments(stdout).map((document) => document.toJS());
  expect(documents.map(({ kind: each }) => each)).toEqual(["ConfigMap", object]);
  expect(documents[0]).toMatchObject({
    metadata: { name: "night-settings" },
    data: { "sidecar.yaml": SETTINGS },
  });
  expect(stdout).toMatch(/- --name\n +- x\n/);
  expect(stdout).not.toContain("/elsewhere");
});

test("without --app-image a placeholder stands there, and a warning says so", () => {
  const { exitCode, stdout, stderr } = manifest("pod", "--config", "s.yaml", "--", "work");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("image: application:latest");
  expect(stderr).toContain("give --app-image");
});

test.each([
  [["pod", "--", "work"], 64, "config"],
  [["pod", "--config", "s.yaml", "--native-sidecar", "--classic", "--", "w"], 64, "--classic"],
  [["pod", "--config", "s.yaml", "--user", "0:0", "--", "w"], 64, "UID above 0"],
  [["pod", "--config", "s.yaml", "--name", "Night_run", "--", "w"], 64, "small letters"],
  [["pod", "--config", "s.yaml", "--probe-port", "http", "--", "w"], 64, "a port"],
  [["pod", "--config", "s.yaml", "--backoff-limit", "3", "--", "w"], 64, "--backoff-limit"],
  [["pod", "--config", "none.yaml", "--", "w"], 78, "cannot read the settings file none.yaml"],
  [["pod", "--config", "s.yaml"], 78, "write it after --"],
  [["argo", "--config", "s.yaml", "--native-sidecar", "--", "w"], 78, "Argo"],
  [["pods", "--config", "s.yaml"], 64, "did you mean pod?"],
] as const)("%j ends with %i and says %s", (words, code, said) => {
  const { exitCode, stdout, stderr } = manifest(...words);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).toContain(said);
});
