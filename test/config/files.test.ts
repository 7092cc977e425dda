import { expect, test } from "bun:test";
import { parseFilesArguments } from "../../src/config/files.ts";
import { readYaml } from "../../src/config/yaml.ts";
import { problemsOf } from "./refusal.ts";

const files = (argv: readonly string[], env = {}, yaml?: string) =>
  parseFilesArguments({ argv, env, ...(yaml === undefined ? {} : { file: readYaml("job.yaml", yaml) }) });

const YAML = `
coordPoint: /coord
datamonCacheSize: 10MB
sources:
  - name: my-src
    mode: mount
    path: /in
    repo: r
    label: 007
    datamonPrefetch: 3
destinations:
  - {name: out, path: /out, repo: r, message: "say: hi", label: "1.10", idFile: /id}
`;

test("a file declares bundles, with labels as they were written", () => {
  const { settings, warnings } = files([], {}, YAML);
  expect(warnings).toEqual([]);
  expect(settings.bundles).toEqual([
    {
      type: "source",
      name: "my-src",
      mode: "mount",
      path: "/in",
      repo: "r",
      ref: { type: "label", label: "007" },
      commandFlags: ["--cache-size=10MB", "--prefetch=3"],
    },
    {
      type: "destination",
      name: "out",
      path: "/out",
      repo: "r",
      message: "say: hi",
      label: "1.10",
      idFile: "/id",
      commandFlags: [],
    },
  ]);
  expect(settings).toMatchObject({
    engine: "auto",
    parallel: 4,
    sleepInsteadOfExit: false,
    configCommands: [],
  });
});

test("flags and variables reach one bundle or all", () => {
  const argv = [
    "--source",
    "my-src.datamon-cache-size=1MB",
    "--datamon-loglevel=debug",
    "--source",
    "my-src.datamon-stream",
  ];
  const { settings } = files(argv, { SIDECAR_SOURCE_MY_SRC_LABEL: "new", SIDECAR_CONTEXT: "ctx" }, YAML);
  expect(settings.bundles[0]).toMatchObject({
    ref: { type: "label", label: "new" },
    commandFlags: ["--context=ctx", "--loglevel=debug", "--stream=true", "--cache-size=1MB", "--prefetch=3"],
  });
  expect(settings.bundles[1]?.commandFlags).toEqual(["--context=ctx", "--loglevel=debug"]);
  expect(settings.context).toBe("ctx");
});

test("variables alone declare bundles, their names in small letters", () => {
  const env = {
    SIDECAR_COORD_POINT: "/coord",
    SIDECAR_SOURCE_RAW_DATA_PATH: "/in",
    SIDECAR_SOURCE_RAW_DATA_REPO: "r",
    SIDECAR_SOURCE_RAW_DATA_LATEST: "true",
    SIDECAR_DESTINATION_OUT_PATH: "/out",
    SIDECAR_DESTINATION_OUT_REPO: "r",
    SIDECAR_DESTINATION_OUT_MESSAGE: "m",
    SIDECAR_DESTINATION_OUT_ID_FILE: "/id",
  };
  expect(files([], env).settings.bundles).toEqual([
    {
      type: "source",
      name: "raw_data",
      mode: "download",
      path: "/in",
      repo: "r",
      ref: { type: "latest" },
      commandFlags: [],
    },
    {
      type: "destination",
      name: "out",
      path: "/out",
      repo: "r",
      message: "m",
      idFile: "/id",
      commandFlags: [],
    },
  ]);
});

test("flags alone declare bundles, and a name may hold dots", () => {
  const argv = [
    "--coord-point=/c",
    "--source",
    "a.b.path=/in",
    "--source=a.b.repo=r",
    "--source",
    "a.b.bundle=ID=1",
  ];
  expect(files(argv).settings.bundles).toMatchObject([{ name: "a.b", ref: { type: "id", id: "ID=1" } }]);
});

const SOURCE = ["--coord-point=/c", "--source=s.path=/in", "--source=s.repo=r"];
const LABELLED = [...SOURCE, "--source=s.label=l"];

test.each([
  [["--coord-point=/c"], ["bundles are not set: there is nothing to do"]],
  [
    SOURCE,
    [
      "sources.s has neither label nor bundle nor latest; give exactly one of label, bundle (an id) or latest",
    ],
  ],
  [
    [...LABELLED, "--source=s.bundle=b"],
    [
      "sources.s (--source s.bundle) has label and bundle; give exactly one of label, bundle (an id) or latest",
    ],
  ],
  [
    ["--coord-point=/c", "--source=s.label=l"],
    ["sources.s.path is not set", "sources.s.repo is not set"],
  ],
  [
    ["--coord-point=/c", "--destination=d.path=/o"],
    ["destinations.d.repo is not set", "destinations.d.message is not set"],
  ],
  [[...LABELLED, "--source=s.lable=x"], ["--source s.lable is not a key of a source; did you mean label?"]],
  [[...LABELLED, "--source=s.message=x"], ["--source s.message is not a key of a source"]],
  [[...LABELLED, "--source=s.name=x"], ["--source s.name is not a key of a source"]],
  [[...LABELLED, "--source=path"], ['--source "path" names no value; write --source NAME.KEY=VALUE']],
  [[...LABELLED, "--source", "s.repo"], ["--source s.repo has no value"]],
  [[...LABELLED, "--source"], ["--source has no value"]],
  [[...LABELLED, "--store", "--mode=mount"], ["--store has no value"]],
  [[...LABELLED, "extra"], ['argument "extra" is not expected']],
  [
    [...LABELLED, "--mode=copy"],
    ['mode "copy" (--mode) is not one of its values', "sources.s.mode"],
  ],
  [[...LABELLED, "--engine=native"], ["store is not set but engine is native"]],
  [
    [...LABELLED, "--engine=native", "--store=s3://b"],
    ['store "s3://b" (--store) is not the address of a folder'],
  ],
  [
    [...LABELLED, "--engine=native", "--store=file:///s", "--mode=mount"],
    ['sources.s.mode "mount" (--engine) is not possible with engine native'],
  ],
  [
    [...LABELLED, "--source=t.path=/in", "--source=t.repo=r", "--source=t.latest"],
    ['sources.t.path "/in" (--source t.path) is also the path of source "s"'],
  ],
  [[...LABELLED, "--source=s.datamon-concurrency-factor=9"], ['sources.s.datamonConcurrencyFactor "9"']],
  [
    [...LABELLED, "--parallel=0"],
    ['parallel "0" (--parallel) is not a whole number from 1 to 64; write one'],
  ],
  [
    [...LABELLED, "--sleep-instead-of-exit=maybe"],
    ['sleepInsteadOfExit "maybe" (--sleep-instead-of-exit) is neither true nor false'],
  ],
  [[...LABELLED, "--upload=never"], ["--upload is not a flag"]],
])("%j is refused", (argv, expected) => {
  const lines = problemsOf(() => files(argv));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test("a folder cannot be a mount and be uploaded", () => {
  const lines = problemsOf(() => files(["--destination=out.path=/in"], {}, YAML));
  expect(lines).toEqual([
    expect.stringContaining('destinations.out.path "/in" is the mount of source "my-src"'),
  ]);
});

test.each([
  "..",
  ".",
  ".status",
  "a/b",
  "mountdone",
  "dbstarted",
  "a\nb",
  " a",
  "x".repeat(101),
  "ü".repeat(51),
])("a bundle cannot be named %j", (name) => {
  const yaml = `coordPoint: /c\nsources: [{name: ${JSON.stringify(name)}, path: /p, repo: r, label: l}]\n`;
  const lines = problemsOf(() => files([], {}, yaml));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("(job.yaml:2)");
  expect(lines[0]).not.toContain("\n");
});

test("a source and a destination cannot share a name", () => {
  const lines = problemsOf(() =>
    files([...LABELLED, "--destination=s.path=/o", "--destination=s.repo=r", "--destination=s.message=m"]),
  );
  expect(lines).toEqual([expect.stringContaining('destinations.s.name "s"')]);
});

test("a flag of the command that one mode lacks is worth a warning", () => {
  const { settings, warnings } = files([...LABELLED, "--source=s.datamon-prefetch=2"]);
  expect(settings.bundles[0]?.commandFlags).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining("has no effect: datamon bundle download has no --prefetch"),
  ]);
});

test("a file of old is understood under our name", () => {
  const yaml = "globalOpts: {coordPoint: /c}\nbundles: [{name: a, srcPath: /a, srcRepo: r, srcLabel: l}]\n";
  expect(files([], {}, yaml).settings.bundles).toMatchObject([{ name: "a", mode: "download" }]);
});

test("a label with a slash is worth a warning", () => {
  const { warnings } = files(["--destination=out.label=a/b"], {}, YAML.replace('label: "1.10", ', ""));
  expect(warnings).toEqual([expect.stringContaining('destinations.out.label is "a/b"')]);
});

test("a flag that says how the command works is told to have no effect with the native engine", () => {
  const argv = [...LABELLED, "--engine=native", "--store=file:///s", "--datamon-loglevel=debug"];
  const { settings, warnings } = files([...argv, "--source=s.datamon-verify-hash=false"]);
  expect(warnings).toEqual([
    "datamonLoglevel (--datamon-loglevel) has no effect with engine native; write engine: datamon",
    "sources.s.datamonVerifyHash (--source s.datamon-verify-hash) has no effect with engine native; write engine: datamon",
  ]);
  expect(settings.bundles).toHaveLength(1);
});

test("a flag that says what is moved is taken with either engine", () => {
  const argv = [...LABELLED, "--engine=native", "--store=file:///s", "--source=s.datamon-name-filter=x"];
  const { settings, warnings } = files(argv);
  expect(warnings).toEqual([]);
  expect(settings.bundles[0]?.commandFlags).toEqual(["--name-filter=x"]);
});
