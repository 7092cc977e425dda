import { expect, test } from "bun:test";
import { paramCommands, sidecarParam } from "../config/run.ts";

const YAML = "globalOpts: {coordPoint: /tmp/coord}\n";
const LINES = "export dm_fuse_opts='01c1/tmp/coord'\n";

test("param parse prints lines for eval", () => {
  expect(paramCommands(["parse", "fuse"], YAML)).toEqual({ exitCode: 0, stdout: LINES, stderr: "" });
});

test("sidecar_param parse does the same", () => {
  expect(sidecarParam(["parse", "fuse"], YAML)).toEqual({ exitCode: 0, stdout: LINES, stderr: "" });
});

test.each([
  [["parse", "fuse"], "globalOpts: {}\n"],
  [["parse", "nfs"], YAML],
  [["parse"], YAML],
  [["show"], YAML],
  [["parse", "fuse"], "a: [\n"],
])("sidecar_param %j fails on standard output with exit code 1", (argv, stdin) => {
  const { exitCode, stdout, stderr } = sidecarParam(argv, stdin);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(stdout.trim().split("\n")).toHaveLength(1);
});

test("param parse fails as our other commands do", () => {
  const { exitCode, stdout, stderr } = paramCommands(["parse", "fuse"], "globalOpts: {}\n");
  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
  expect(stderr).toContain("coordination point");
  expect(paramCommands(["parse", "fsue"], YAML)).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining("did you mean fuse?"),
  });
});
