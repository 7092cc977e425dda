import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { decodeDictionary } from "../../../src/core/dictionary.ts";
import { exportLines } from "../../../src/config/legacy/parameters.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { SHELLS } from "../../support/shells.ts";
import { problemsOf } from "../refusal.ts";

const fuse = (yaml: string) => exportLines("fuse", readYaml("stdin", yaml));
const postgres = (yaml: string) => exportLines("postgres", readYaml("stdin", yaml));

test("parameters of the files sidecar", () => {
  const yaml = `
globalOpts: {sleepInsteadOfExit: true, coordPoint: /tmp/coord, configBucketName: bucket, contextName: ctx}
bundles:
- {name: src, srcPath: /m, srcRepo: r, srcLabel: l, srcBundle: "", destPath: ""}
- {name: dest, destPath: /o, destRepo: r, destMessage: a b, destLabel: x, destBundleID: /id}
`;
  expect(fuse(yaml)).toEqual([
    "export dm_fuse_opts='01S0c1/tmp/coord0b1bucket0a1ctx'",
    "export dm_fuse_bd_src='01sp1/m0sr1r0sl1l'",
    "export dm_fuse_bd_dest='01dp1/o0dr1r0dm1a b0dl1x0dif1/id'",
  ]);
});

test("parameters of the Postgres sidecar", () => {
  const yaml = `
globalOpts: {ignorePGVersionMismatch: true, coordPoint: /c, contributor: {name: n, email: e}}
databases:
- {name: db1, pgPort: 5430, destRepo: r, destMessage: m, destLabel: l, srcRepo: s, srcLabel: t, srcBundle: u}
- {name: db2, pgPort: "5429"}
`;
  expect(postgres(yaml)).toEqual([
    "export dm_pg_opts='67c7/c6V7true'",
    "export dm_pg_db_db1='67p754306m7m6l7l6r7r6sl7t6sr7s6sb7u'",
    "export dm_pg_db_db2='67p75429'",
  ]);
});

test("a value with every character before the letters pushes the separators on, and past the keys", () => {
  const characters = Array.from({ length: 0x53 - 0x30 }, (_, index) =>
    String.fromCodePoint(0x30 + index),
  ).join("");
  const [line = ""] = fuse(
    JSON.stringify({ globalOpts: { sleepInsteadOfExit: true, coordPoint: characters } }),
  );
  expect(line.slice("export dm_fuse_opts='".length)).toStartWith("TU");
});

test.each([
  ["globalOpts: {}\n", ["coordination point (stdin) not set"]],
  ["", ["coordination point (stdin) not set"]],
  [
    "globalOpts: {coordPoint: /c, cordPoint: x}\n",
    ["cordPoint (stdin:1) is not a known key; did you mean coordPoint?"],
  ],
  [
    "globalOpts: {coordPoint: /c, sleepInsteadOfExit: maybe}\n",
    ['sleepInsteadOfExit "maybe" (stdin:1) is neither true nor false'],
  ],
  [
    "globalOpts: {coordPoint: /c}\nbundles: [{name: a;b}]\n",
    ['name "a;b" (stdin:2) cannot be part of the name of a variable'],
  ],
  ["globalOpts: {coordPoint: /c}\nbundles: [{srcPath: x}]\n", ["name"]],
  ["globalOpts: {coordPoint: /c}\nbundles: [{name: a}, {name: a}]\n", ['name "a" (stdin:2) is used twice']],
  ['globalOpts: {coordPoint: "a\\0b"}\n', ["coordPoint"]],
  ["globalOpts: [\n", ["settings file (stdin:2) is not YAML"]],
])("%j is refused", (yaml, expected) => {
  const lines = problemsOf(() => fuse(yaml));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test("a port that is no number is refused", () => {
  expect(
    problemsOf(() => postgres("globalOpts: {coordPoint: /c}\ndatabases: [{name: a, pgPort: x}]\n")),
  ).toHaveLength(1);
});

test.each(SHELLS)("eval in %s takes back any value unchanged", (_, shell) => {
  const unit = fc.constantFrom(
    "a",
    "'",
    '"',
    "\\",
    "$",
    "`",
    "\n",
    "\t",
    " ",
    "!",
    "*",
    "#",
    "~",
    "0",
    "1",
    "ü",
    "💾",
    "%",
    ";",
  );
  const value = fc.string({ unit, minLength: 1, maxLength: 12 });
  const samples = fc.sample(fc.tuple(value, value, value), { numRuns: 150, seed: 11 });
  const parameters = {
    globalOpts: { coordPoint: "/c", sleepInsteadOfExit: true },
    bundles: samples.map(([srcPath, srcRepo, srcLabel], index) => ({
      name: `b${index}`,
      srcPath,
      srcRepo,
      srcLabel,
    })),
  };
  const lines = fuse(JSON.stringify(parameters));
  const names = parameters.bundles.map(({ name }) => `dm_fuse_bd_${name}`);
  const echo = names.map((name) => `printf '%s\\0' "$${name}"`).join("\n");
  const script = `set -f; eval "$EXPORTS"\n${echo}`;
  const { stdout } = Bun.spawnSync([...shell, "-c", script], {
    env: { ...process.env, EXPORTS: lines.join("\n") },
  });
  const taken = stdout
    .toString()
    .split("\0")
    .slice(0, -1)
    .map((text) => Object.fromEntries(decodeDictionary(text)));
  expect(taken).toEqual(samples.map(([sp, sr, sl]) => ({ sp, sr, sl })));
});
