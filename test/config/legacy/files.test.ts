import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { legacyFilesParameters, parseLegacyFilesArguments } from "../../../src/config/legacy/files.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { ConfigurationError } from "../../../src/config/problems.ts";
import { problemsOf } from "../refusal.ts";

const parse = (argv: readonly string[], env = {}, yaml?: string) =>
  parseLegacyFilesArguments({ argv, env, ...(yaml === undefined ? {} : { file: readYaml("p.yaml", yaml) }) });

const MOUNT = "bundle mount --repo r --label l --mount /m --stream";
const UPLOAD = 'bundle upload --path /o --message "it\'s  done" --repo r --label coordemo';
const YAML = `
globalOpts:
  sleepInsteadOfExit: false
  coordPoint: /tmp/coord
  configBucketName: bucket
  contextName: ctx
bundles:
- name: src
  srcPath: /m
  srcRepo: r
  srcLabel: l
  srcBundle: ""
  destPath: ""
- name: dest
  destPath: /o
  destRepo: r
  destMessage: it's  done
  destLabel: ""
  destBundleID: /id
`;
const SOURCE = {
  type: "source",
  mode: "mount",
  path: "/m",
  repo: "r",
  ref: { type: "label", label: "l" },
} as const;
const DESTINATION = { type: "destination", path: "/o", repo: "r", message: "it's  done" } as const;

test("arguments: the documented call", () => {
  const { settings } = parse([
    "-c",
    "/c",
    "-d",
    "config create --email a@b --name 'A B'",
    "-d",
    UPLOAD,
    "-d",
    MOUNT,
    "-i",
    "/id",
  ]);
  expect(settings).toMatchObject({
    coordPoint: "/c",
    sleepInsteadOfExit: false,
    contributorName: "A B",
    contributorEmail: "a@b",
    configCommands: [["config", "create", "--email", "a@b", "--name", "A B"]],
  });
  expect(settings.bundles).toEqual([
    { ...SOURCE, name: "mount-0", commandFlags: ["--stream=true"] },
    { ...DESTINATION, name: "upload-0", label: "coordemo", idFile: "/id", commandFlags: [] },
  ]);
});

test("arguments: every flag of the command, in both spellings", () => {
  const mount =
    "bundle mount --repo=r --mount=/m --bundle ID --cache-size 1GB --prefetch=4 --verify-hash=false --stream=false --destination /d --concurrency-factor 30 --skip-auth --context ctx --config=cfg --loglevel debug --metrics --metrics-url http://u:p@h";
  const { settings } = parse([
    "-sc/c",
    "-d",
    mount,
    "-d",
    `${UPLOAD} --files f --skip-on-error --retry=false --verify-blob-hash`,
  ]);
  expect(settings.sleepInsteadOfExit).toBe(true);
  expect(settings).toMatchObject({ context: "ctx", configBucket: "cfg" });
  expect(settings.bundles[0]).toEqual({
    ...SOURCE,
    name: "mount-0",
    ref: { type: "id", id: "ID" },
    commandFlags: [
      "--context=ctx",
      "--config=cfg",
      "--loglevel=debug",
      "--metrics=true",
      "--metrics-url=http://u:p@h",
      "--skip-auth=true",
      "--destination=/d",
      "--stream=false",
      "--cache-size=1GB",
      "--prefetch=4",
      "--verify-hash=false",
      "--concurrency-factor=30",
    ],
  });
  expect(settings.bundles[1]?.commandFlags).toEqual([
    "--context=ctx",
    "--config=cfg",
    "--files=f",
    "--skip-on-error=true",
    "--retry=false",
    "--verify-blob-hash=true",
  ]);
});

test("arguments: a mount without label or id takes the newest bundle, as the command does", () => {
  const { settings } = parse(["-c", "/c", "-d", "bundle mount --repo r --mount /m"]);
  expect(settings.bundles).toMatchObject([{ ref: { type: "latest" } }]);
});

test("the YAML of dm_fuse_params", () => {
  const { settings, warnings } = parse([], { dm_fuse_params: "p.yaml" }, YAML);
  expect(settings).toMatchObject({ coordPoint: "/tmp/coord", sleepInsteadOfExit: false });
  expect(settings.context).toBeUndefined();
  expect(settings.bundles).toEqual([
    { ...SOURCE, name: "src", commandFlags: [] },
    { ...DESTINATION, name: "dest", idFile: "/id", commandFlags: [] },
  ]);
  expect(warnings).toEqual([
    "configBucketName (p.yaml:5) has no effect, as before",
    "contextName (p.yaml:6) has no effect, as before",
  ]);
});

test("dictionaries in variables", () => {
  const env = {
    dm_fuse_opts: "01S0c1/tmp/coord0b1bucket0a1ctx",
    dm_fuse_bd_src: ";:sp:/m;sr:r;sl:l",
    dm_fuse_bd_dest: "23dp3/o2dr3r2dm3it's  done2dif3/id",
  };
  const { settings } = parse([], env);
  expect(settings).toMatchObject({ coordPoint: "/tmp/coord", sleepInsteadOfExit: true });
  expect(settings.bundles).toEqual([
    { ...SOURCE, name: "src", commandFlags: [] },
    { ...DESTINATION, name: "dest", idFile: "/id", commandFlags: [] },
  ]);
});

test("our variables reach the bundles of old", () => {
  const { settings } = parse(
    [],
    { SIDECAR_MODE: "download", SIDECAR_SOURCE_SRC_DATAMON_NAME_FILTER: "x" },
    YAML,
  );
  expect(settings.bundles[0]).toMatchObject({ mode: "download", commandFlags: ["--name-filter=x"] });
});

test.each([
  ["/config/p.yaml", { path: "/config/p.yaml", source: "dm_fuse_params", optional: false }],
  ["p.yaml", { path: "p.yaml", source: "dm_fuse_params", optional: false }],
  ["globalOpts:\n  a: b\n", { text: "globalOpts:\n  a: b\n", source: "dm_fuse_params" }],
  ["{globalOpts: {}}", { text: "{globalOpts: {}}", source: "dm_fuse_params" }],
  ["", undefined],
])("dm_fuse_params %j is a path or the text itself", (value, location) => {
  expect(legacyFilesParameters([], { dm_fuse_params: value })).toEqual(location);
});

test("arguments come instead of the variables, and that is said", () => {
  const { settings, warnings } = parse(["-c", "/c", "-d", MOUNT], {
    dm_fuse_opts: ";:c:/x",
    dm_fuse_params: "/p",
  });
  expect(settings.coordPoint).toBe("/c");
  expect(warnings).toEqual([
    "dm_fuse_params is set and has no effect: the arguments count",
    "dm_fuse_opts and dm_fuse_bd_* is set and has no effect: the arguments count",
  ]);
});

test.each([
  [["-d", MOUNT], ["coordination point not set"]],
  [["-c", "/c"], ["-d is not given: no datamon cmds to run"]],
  [["-c", "/c", "-d", "config create"], ["bundles are not set: there is nothing to do"]],
  [
    ["-c", "/c", "-d", MOUNT, "-d", "bundle download --repo r"],
    ['datamon command "bundle download" (-d #2) is not supported'],
  ],
  [["-c", "/c", "-d", MOUNT, "-d", "repo list"], ['datamon command "repo list" (-d #2) is not supported']],
  [["-c", "/c", "-d", MOUNT, "-d", ""], ['datamon command "" (-d #2) is not supported']],
  [["-c", "/c", "-d", MOUNT, "-d", "config create", "-d", "config set"], ["-d gives 2 config commands"]],
  [["-c", "/c", "-d", `${MOUNT} --message 'x`], ["datamon command (-d #1) is no list of words"]],
  [
    ["-c", "/c", "-d", `${MOUNT} --lable x`],
    ["--lable (-d #1) is not a flag of bundle mount; did you mean label?"],
  ],
  [["-c", "/c", "-d", `${MOUNT} --upgrade`], ["--upgrade (-d #1) has no value"]],
  [
    ["-c", "/c", "-d", `${MOUNT} --metrics-password hunter2`],
    ["--metrics-password (-d #1) is not a flag of bundle mount; set DATAMON_METRICS_PASSWORD"],
  ],
  [["-c", "/c", "-d", `${MOUNT} --bundle b`], ["sources.mount-0 (-d #1 --bundle) has label and bundle"]],
  [["-c", "/c", "-d", `${MOUNT} stray`], ['argument "stray" (-d #1) is not expected']],
  [["-c", "/c", "-d", "bundle mount --repo r"], ["srcPath (sp) of bundle mount-0 is not set"]],
  [
    ["-c", "/c", "-d", "bundle upload --path /p --repo r"],
    ["destMessage (dm) of bundle upload-0 is not set"],
  ],
  [["-c", "/c", "-i", "/id", "-d", MOUNT], ["-i needs exactly one upload command, and there are 0"]],
  [
    ["-c", "/c", "-i", "/id", "-d", UPLOAD, "-d", UPLOAD],
    ["-i needs exactly one upload command, and there are 2"],
  ],
  [["-c", "/c", "-d", MOUNT, "stray"], ['argument "stray" is not expected']],
  [["-c", "/c", "-d", MOUNT, "-x"], ["-x is not an option"]],
])("the arguments %j are refused", (argv, expected) => {
  const lines = problemsOf(() => parse(argv));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
  expect(lines.join("\n")).not.toContain("hunter2");
});

const GOOD = ";:sp:/m;sr:r;sl:l";

test.each([
  [{ dm_fuse_bd_a: GOOD }, ["coordination point not set"]],
  [{ dm_fuse_opts: ";:c:/c" }, ["bundles are not set"]],
  [
    { dm_fuse_opts: ";:c", dm_fuse_bd_a: GOOD },
    ["c (dm_fuse_opts) has no argument", "coordination point not set"],
  ],
  [
    { dm_fuse_opts: "::c:/c", dm_fuse_bd_a: GOOD },
    ["dm_fuse_opts is no dictionary", "coordination point not set"],
  ],
  [{ dm_fuse_opts: ";:c:/c;x:y", dm_fuse_bd_a: GOOD }, ["x (dm_fuse_opts) is not a known option"]],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: `${GOOD};sb:b` },
    ["sources.a (dm_fuse_bd_a) has label and bundle"],
  ],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: ";:sp:/m;sr:r" },
    ["sources.a has neither label nor bundle nor latest"],
  ],
  [{ dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: ";:sp:/m;sl:l" }, ["srcRepo (sr) of bundle a is not set"]],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: `${GOOD};dp:/o` },
    ["bundle a (dm_fuse_bd_a) is a source and a destination at the same time"],
  ],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: ";:sr:r" },
    ["bundle a (dm_fuse_bd_a) is neither a source nor a destination"],
  ],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: `${GOOD};dm:m` },
    ["dm (dm_fuse_bd_a) of bundle a is out of place: it is a source"],
  ],
  [
    { dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: ";:dp:/m;dr:r;dm:m;sl:l" },
    ["sl (dm_fuse_bd_a) of bundle a is out of place: it is a destination"],
  ],
  [{ dm_fuse_opts: ";:c:/c", dm_fuse_bd_a: ";:dp:/m;dr:r" }, ["destMessage (dm) of bundle a is not set"]],
  [{ dm_fuse_opts: ";:c:/c", dm_fuse_bd_: GOOD }, ["dm_fuse_bd_ names no bundle", "bundles are not set"]],
  [
    { dm_fuse_opts: ";:c:/c", "dm_fuse_bd_../x": GOOD },
    ['sources.../x.name "../x" (dm_fuse_bd_../x) holds "/"'],
  ],
])("the variables %j are refused", (env, expected) => {
  const lines = problemsOf(() => parse([], env));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test.each([
  [
    "globalOpts: {coordpoint: /c}\nbundles: [{name: a, srcPath: /m, srcRepo: r, srcLabel: l}]\n",
    ["coordpoint (p.yaml:1) is not a known key; did you mean coordPoint?", "coordination point not set"],
  ],
  [
    "globalOpts: {coordPoint: /c}\nbundles:\n- srcPath: /m\n",
    ["bundles (p.yaml:3) has a bundle without a name"],
  ],
  [
    "globalOpts: {coordPoint: /c}\nbundels: []\n",
    ["bundels (p.yaml:2) is not a known key; did you mean bundles?", "bundles are not set"],
  ],
])("the YAML %j is refused with lines", (yaml, expected) => {
  const lines = problemsOf(() => parse([], {}, yaml));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test("no arguments bring the parser down", () => {
  const word = fc.constantFrom(
    "-c",
    "/c",
    "-s",
    "-d",
    "-i",
    "--",
    "-dbundle mount --mount",
    "bundle mount --repo r --label 'l",
    MOUNT,
    UPLOAD,
    "config create --name",
    "bundle upload --path=",
    "bundle mount --=x -- ---",
    "-sc",
    "💾",
    "",
    "bundle",
    "bundle mount",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      try {
        parse(argv);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
      }
    }),
    { numRuns: 20_000 },
  );
});
