import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { KnownError } from "../../src/core/errors.ts";
import { exportLines } from "../../src/config/legacy/parameters.ts";
import { parseLegacyFilesArguments } from "../../src/config/legacy/files.ts";
import { parseLegacyPostgresArguments } from "../../src/config/legacy/postgres.ts";
import { parseSidecarArguments } from "../../src/config/sidecar.ts";
import { readYaml } from "../../src/config/yaml.ts";

test.each([
  ["a: 1\na: 2\n", "f.yaml:2", "gives a key twice"],
  ["a:\n\tb: 1\n", "f.yaml:2", "is indented with a tab"],
  ["a: 1\n---\nb: 2\n", "f.yaml:2", "holds more than one document"],
  ["a: [1\n", "f.yaml:2", "is not YAML"],
  ["a: 'x\n", "f.yaml", "is not YAML"],
  ["a: *b\n", "f.yaml:1", "has no anchor &b"],
  ["x: 1\na: &a [*a]\n", "f.yaml:2", "is nested too deeply"],
  ["a: !!python/object x\n", "f.yaml:1", "is not YAML"],
  ["? [a]\n: b\n", "f.yaml:1", "has a key that is no text"],
  ["? \n: b\n", "f.yaml", "has a key that is no text"],
  [`${"[".repeat(40)}${"]".repeat(40)}`, "f.yaml:1", "is nested too deeply"],
  ["[".repeat(100_000), "f.yaml", ""],
  ["x".repeat(1024 * 1024 + 1), "f.yaml", "is larger than 1 MiB"],
])("%#: a broken file is one clear problem", (text, source, cause) => {
  const { problems } = readYaml("f.yaml", text);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]?.source).toStartWith(source);
  expect(problems[0]?.cause).toContain(cause);
});

test("aliases that multiply are refused before they fill the memory", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
  );
  const { problems } = readYaml("f.yaml", ["a0: &a0 x", ...levels].join("\n"));
  expect(problems).toEqual([expect.objectContaining({ cause: "holds too many values" })]);
});

test("a value is the text its author wrote", () => {
  const { root } = readYaml(
    "f.yaml",
    'a: 007\nb: 1.10\nc: "x\\ty"\nd: ~\ne:\nf: yes\ng: 2024-01-01\nh: &h v\ni: *h\n',
  );
  const texts =
    root.type === "map"
      ? root.entries.map(({ value }) => (value.type === "text" ? value.text : value.type))
      : [];
  expect(texts).toEqual(["007", "1.10", "x\ty", "empty", "empty", "yes", "2024-01-01", "v", "v"]);
});

test.each([
  ["- a\n", "settings file (f.yaml:1) is a list, not a mapping"],
  ["text\n", "settings file (f.yaml:1) is a single value, not a mapping"],
  ["coordPoint: [a]\n", "coordPoint (f.yaml:1) is a list, not a single value"],
  ["coordPoint: {a: b}\n", "coordPoint (f.yaml:1) is a mapping, not a single value"],
  ["coordPoint:\n", "coordPoint (f.yaml:1) has no value; give it one, or remove the key"],
  ["binDirs: /x\n", "binDirs (f.yaml:1) is a single value, not a list"],
  ["binDirs: [[x]]\n", "binDirs (f.yaml:1) holds what is no single value"],
  ["cordPoint: /c\n", "cordPoint (f.yaml:1) is not a known key; did you mean coordPoint?"],
  ["__proto__: {a: b}\n", "__proto__ (f.yaml:1) is not a known key"],
  ["constructor: a\n", "constructor (f.yaml:1) is not a known key"],
  ["sources: {a: b}\n", "sources (f.yaml:1) is a mapping, not a list"],
  ["sources: [a]\n", "sources (f.yaml:1) is a single value, not a mapping"],
  ["sources: [{path: /p}]\n", "sources (f.yaml:1) has a source without a name; add name"],
  ["sources:\n- name: a\n  lable: l\n", "lable (f.yaml:3) is not a known key; did you mean label?"],
  ["sources:\n- name: a\n- name: a\n", 'name "a" (f.yaml:3) is the name of two sources; rename one'],
])("%j is refused with its line", (text, expected) => {
  let message = "";
  try {
    parseSidecarArguments({ argv: [], env: {}, file: readYaml("f.yaml", text) });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(expected);
});

test("no text brings the front ends down", () => {
  const word = fc.constantFrom(
    "coordPoint",
    "globalOpts",
    "bundles",
    "database",
    "databases",
    "sources",
    "name",
    "srcPath",
    "srcRepo",
    "srcLabel",
    "destPath",
    "waitFor",
    "pgPort",
    "a",
    "/x",
    "1",
    "true",
    '"',
    "'",
    "#",
    "&a",
    "*a",
    "!",
    "|",
    ">",
    "---",
    "\0",
    "💾",
  );
  const punctuation = fc.constantFrom(
    ": ",
    "\n",
    "\n  ",
    "\n- ",
    "\n  - ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\t",
    " ",
  );
  const text = fc.array(fc.oneof(word, punctuation), { maxLength: 14 }).map((parts) => parts.join(""));
  const parsers = [
    parseSidecarArguments,
    parseLegacyFilesArguments,
    parseLegacyPostgresArguments,
    ({ file }: Parameters<typeof parseSidecarArguments>[0]) => exportLines("fuse", file!),
    ({ file }: Parameters<typeof parseSidecarArguments>[0]) => exportLines("postgres", file!),
  ];
  let next = 0;
  fc.assert(
    fc.property(text, (yaml) => {
      const file = readYaml("f.yaml", yaml);
      const parse = parsers[(next += 1) % parsers.length]!;
      try {
        parse({ argv: [], env: {}, file });
      } catch (error) {
        if (!(error instanceof KnownError) || error.kind === "bug") throw error;
      }
    }),
    { numRuns: 100_000 },
  );
}, 60_000);
