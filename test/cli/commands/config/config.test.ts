import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configCommands } from "./run.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
  writeFileSync(
    join(folder, "good.yaml"),
    "coordPoint: /c\nsources:\n- {name: in, path: /in, repo: r, label: l}\ndatamonMetricsUrl: https://u:hunter2@h\n",
  );
  writeFileSync(join(folder, "bad.yaml"), "coordPoint: /c\ngrace: soon\nsorces: []\n");
  writeFileSync(join(folder, "old.yaml"), "database: {name: db1, pgPort: '5433'}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

test("show prints each value with its source, and no secret", () => {
  const { exitCode, stdout, stderr } = configCommands([
    "show",
    "--role",
    "files",
    "--config",
    at("good.yaml"),
    "--grace",
    "3s",
  ]);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^coordPoint +\/c +\S+good\.yaml:1$/m);
  expect(stdout).toMatch(/^grace +3s +--grace$/m);
  expect(stdout).toMatch(/^sources\.in\.label +l +\S+good\.yaml:3$/m);
  expect(stdout).toContain("https://u:***@h");
  expect(stdout).not.toContain("hunter2");
});

test("show takes variables and prints JSON", () => {
  const { stdout } = configCommands(["show", "--role=app", "--json"], {
    SIDECAR_COORD_POINT: "/v",
    SIDECAR_WAIT_FOR: "files",
  });
  const { settings, problems } = JSON.parse(stdout);
  expect(settings).toContainEqual({ key: "coordPoint", value: "/v", source: "SIDECAR_COORD_POINT" });
  expect(problems).toEqual([]);
});

test("show speaks the old dialects too", () => {
  const { stdout } = configCommands(["show", "--role", "wrap_datamon_pg.sh"], {
    SIDECAR_CONFIG: at("old.yaml"),
  });
  expect(stdout).toMatch(/^databases\.db1\.port +5433 +\S+old\.yaml:1$/m);
  const text = configCommands(["show", "--role", "wrap_datamon.sh"], {
    dm_fuse_params:
      "globalOpts: {coordPoint: /c}\nbundles: [{name: a, srcPath: /m, srcRepo: r, srcLabel: l}]\n",
  });
  expect(text.stdout).toMatch(/^sources\.a\.path +\/m +dm_fuse_params:2$/m);
});

test("validate lists every problem and exits 78", () => {
  const { exitCode, stdout, stderr } = configCommands(["validate", "--config", at("bad.yaml")]);
  expect(exitCode).toBe(78);
  expect(stdout).toBe("");
  expect(stderr).toContain("did you mean sources?");
  expect(stderr).toContain('grace "soon"');
  expect(stderr.trim().split("\n")).toHaveLength(3);
});

test("validate accepts good settings", () => {
  const { exitCode, stdout } = configCommands(["validate", "--role", "files", "--config", at("good.yaml")]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "the settings of files are valid\n" });
});

test("schema prints JSON", () => {
  expect(JSON.parse(configCommands(["schema"]).stdout)).toMatchObject({ type: "object" });
});

test("an unknown role is refused with a suggestion", () => {
  const { exitCode, stderr } = configCommands(["show", "--role", "flies"]);
  expect(exitCode).toBe(64);
  expect(stderr).toContain("did you mean files?");
});
