import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const MAIN = join(import.meta.dir, "../../../src/main.ts");
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z`;
const ID = "[0-9A-Za-z]{27}";

let folder: string;
let store: string;

/** Runs our program as a user would, on the store of this test. */
function run(...argv: string[]): { code: number; stdout: string; stderr: string } {
  const env = { ...process.env, SIDECAR_STORE: store };
  const ran = Bun.spawnSync([process.execPath, MAIN, ...argv], { env, stdin: "ignore" });
  return { code: ran.exitCode, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "commands-"));
  mkdirSync(join(folder, "store"));
  mkdirSync(join(folder, "out/empty"), { recursive: true });
  writeFileSync(join(folder, "out/a"), "content");
  store = pathToFileURL(join(folder, "store")).href;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a new store is made, filled, labelled, listed and read back by hand", () => {
  expect(run("context", "create")).toMatchObject({ code: 0, stdout: "created context 'dev'\n" });
  expect(run("repo", "create", "--repo", "r", "--description", "d").stdout).toBe("created repository 'r'\n");
  expect(run("repo", "list").stdout).toMatch(
    new RegExp(`^r , d , datamon-sidecar <datamon-sidecar@localhost> , ${TIME}\n$`),
  );

  const path = join(folder, "out");
  const up = run(
    "bundle",
    "upload",
    "--repo",
    "r",
    "--path",
    path,
    "--message",
    'it\'s "one"\n',
    "--label",
    "l",
  );
  expect(up.stdout).toMatch(new RegExp(`^Uploaded bundle id:${ID}\nset label 'l'\n$`));
  expect(up.stderr).toContain("left out 1 empty folder(s)");
  const id = /id:(.*)/.exec(up.stdout)?.[1] ?? "";

  const row = new RegExp(`^${id} , ${TIME} , it's "one"\\\\n\n$`);
  expect(run("bundle", "list", "--repo", "r").stdout).toMatch(row);
  expect(run("bundle", "get", "--repo", "r", "--label", "l").stdout).toMatch(row);
  expect(JSON.parse(run("bundle", "get", "--repo", "r", "--bundle", id, "--json").stdout)).toMatchObject({
    id,
    count: 1,
  });
  expect(run("label", "set", "--repo", "r", "--label", "m", "--bundle", id).stdout).toBe("set label 'm'\n");
  expect(run("label", "list", "--repo", "r").stdout).toMatch(
    new RegExp(`^l , ${id} , ${TIME}\nm , ${id} , ${TIME}\n$`),
  );
  expect(run("label", "get", "--repo", "r", "--label", "m").stdout).toMatch(
    new RegExp(`^m , ${id} , ${TIME}\n$`),
  );

  const destination = join(folder, "in");
  const down = run("bundle", "download", "--repo", "r", "--label", "m", "--destination", destination);
  expect(down).toMatchObject({ code: 0, stdout: `Downloaded bundle id:${id}: 1 files, 7 B\n` });
  expect(readFileSync(join(destination, "a"), "utf8")).toBe("content");
  const verified = { code: 0, stdout: `Verified bundle id:${id}: 1 files, 7 B\n` };
  expect(run("bundle", "verify", "--repo", "r", "--bundle", id)).toMatchObject(verified);
  expect(run("bundle", "verify", "--repo", "r", "--bundle", id, "--destination", destination)).toMatchObject(
    verified,
  );

  const again = run(
    "bundle",
    "upload",
    "--repo",
    "r",
    "--path",
    path,
    "--message",
    "m",
    "--bundle",
    id,
    "--json",
  );
  expect(JSON.parse(again.stdout)).toMatchObject({ id, adopted: true });

  truncateSync(join(destination, "a"), 3);
  const bad = run("bundle", "verify", "--repo", "r", "--bundle", id, "--destination", destination);
  expect(bad).toMatchObject({ code: 74, stdout: '"a": wrong size (3 bytes instead of 7)\n' });
  const blobs = join(folder, "store/blob");
  for (const blob of readdirSync(blobs)) truncateSync(join(blobs, blob), 3);
  expect(run("bundle", "download", "--repo", "r", "--destination", join(folder, "bad"))).toMatchObject({
    code: 74,
    stdout: "",
  });
}, 60_000);

test("what scripts give to datamon is understood: a list of files, skipping, formats, flags without effect", () => {
  mkdirSync(join(folder, "listed"));
  writeFileSync(join(folder, "listed/a"), "content");
  writeFileSync(join(folder, "listed/b"), "content");
  writeFileSync(join(folder, "list"), "a\nmissing\n");
  const words = ["--repo", "r", "--path", join(folder, "listed"), "--message", "m", "--label", "f"];
  const listed = ["--files", join(folder, "list"), "--skip-on-error"];
  const idle = ["--retry", "--skip-auth", "--loglevel", "debug", "--verify-hash"];
  const format = ["--format", "{{.BundleID}} {{.Label}}"];
  const up = run("bundle", "upload", ...words, ...listed, ...idle, ...format);
  expect(up.code).toBe(0);
  expect(up.stdout).toMatch(new RegExp(`^${ID} f\n$`));
  const id = up.stdout.slice(0, 27);
  expect(up.stderr).toContain(
    `left out "missing" (it vanished)\nbundle ${id} is without 1 file(s) or folder(s) that cannot be read or stored`,
  );
  const shown = (...words: string[]) => run(...words, "--repo", "r").stdout;
  expect(shown("bundle", "get", "--label", "f", "--format", "{{.ID}}|{{ .Message }}")).toBe(`${id}|m\n`);
  expect(shown("bundle", "list", "--format", "{{.ID}}")).toEndWith(`\n${id}\n`);
  expect(shown("label", "get", "--label", "f", "--format", "{{.BundleID}}")).toBe(`${id}\n`);
  expect(shown("label", "list", "--format", "{{.Name}}")).toBe("f\nl\nm\n");
  expect(run("repo", "list", "--format", "{{.Description}}").stdout).toBe("d\n");
  const down = ["bundle", "download", "--label", "f", "--destination", join(folder, "f")];
  expect(shown(...down, "--format", "{{.ID}}", "--metrics=false")).toBe(`${id}\n`);
  expect(readdirSync(join(folder, "f")).toSorted()).toEqual([".datamon", "a"]);
}, 60_000);

test.each([
  ["no repository of that name", ["bundle", "list", "--repo", "no"], 78, "repo create --repo no"],
  [
    "no label of that name",
    ["label", "get", "--repo", "r", "--label", "no"],
    78,
    "the labels there are: f, l, m",
  ],
  [
    "a repository that is there already",
    ["repo", "create", "--repo", "r", "--description", "d"],
    78,
    "it is there already",
  ],
  ["a context that is there already", ["context", "create"], 78, "it is there already"],
  ["another context", ["repo", "list", "--context", "prod"], 78, "--context"],
  [
    "a store that is not there",
    ["repo", "list", "--store", "file:///nowhere"],
    78,
    "there is no such folder",
  ],
  [
    "both a label and an id",
    ["bundle", "get", "--repo", "r", "--label", "l", "--bundle", "x"],
    64,
    "both --bundle and --label",
  ],
  ["a bad filter", ["bundle", "verify", "--repo", "r", "--name-filter", "("], 64, "--name-filter"],
  [
    "a format with more than fields",
    ["bundle", "list", "--repo", "r", "--format", "{{if .ID}}x{{end}}"],
    64,
    "write {{.ID}}, {{.Timestamp}}, {{.Message}}, or take --json",
  ],
  [
    "a bad format before an upload",
    ["bundle", "upload", "--repo", "r", "--path", "/", "--message", "m", "--format", "{{.Nope}}"],
    64,
    "--format",
  ],
  [
    "no proof",
    ["bundle", "download", "--repo", "r", "--destination", "/nowhere/x", "--no-verify-hash"],
    64,
    "what is moved is always proved",
  ],
  [
    "no proof, as datamon has it",
    ["bundle", "upload", "--repo", "r", "--path", "/", "--message", "m", "--verify-hash=false"],
    64,
    "what is moved is always proved",
  ],
  [
    "overwriting",
    ["bundle", "download", "--repo", "r", "--destination", "/nowhere/x", "--force-dest"],
    64,
    "never overwritten",
  ],
  [
    "a list of files that is not there",
    ["bundle", "upload", "--repo", "r", "--path", "/proc/self/fdinfo", "--message", "m", "--files", "/nope"],
    78,
    'list of files "/nope"',
  ],
  [
    "a bad number",
    ["bundle", "verify", "--repo", "r", "--concurrency-factor", "none"],
    64,
    "--concurrency-factor",
  ],
  [
    "half a contributor",
    ["repo", "create", "--repo", "x", "--description", "d", "--contributor-name", "n"],
    64,
    "--contributor-email",
  ],
])("%s is one clear line and the right code", (_, argv, code, said) => {
  const ran = run(...argv);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toContain(said);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stdout).toBe("");
});
