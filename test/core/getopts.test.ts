import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { readShellOptions } from "../../src/core/getopts.ts";
import { SHELLS } from "../support/shells.ts";

const SPEC = "sc:b:d:";

test.each([
  [["-c", "/d", "ls"], [["c", "/d"]], ["ls"]],
  [["-c/d", "ls", "-l"], [["c", "/d"]], ["ls", "-l"]],
  [["-sc", "/d"], [["s"], ["c", "/d"]], []],
  [["-sc/d", "--", "-x"], [["s"], ["c", "/d"]], ["-x"]],
  [["--", "-s"], [], ["-s"]],
  [["-", "-s"], [], ["-", "-s"]],
  [["-c", "--", "ls"], [["c", "--"]], ["ls"]],
  [
    ["-b", "fuse", "-b", "postgres", "x"],
    [
      ["b", "fuse"],
      ["b", "postgres"],
    ],
    ["x"],
  ],
  [["-d", "", "x"], [["d", ""]], ["x"]],
])("%j is read as options %j and operands %j", (argv, options, operands) => {
  const read = readShellOptions(SPEC, argv);
  expect(
    read.options.map(({ letter, argument }) => (argument === undefined ? [letter] : [letter, argument])),
  ).toEqual(options);
  expect(read.operands).toEqual(operands);
  expect(read.mistakes).toEqual([]);
});

test.each([
  [["-x"], [{ letter: "x", kind: "unknown" }]],
  [["-c"], [{ letter: "c", kind: "no argument" }]],
  [["-:"], [{ letter: ":", kind: "unknown" }]],
  [
    ["--coord", "x"],
    [..."-coord"]
      .filter((letter) => !"c".includes(letter))
      .slice(0, 1)
      .map((letter) => ({ letter, kind: "unknown" })),
  ],
])("%j has mistakes", (argv, mistakes) => {
  expect(readShellOptions(SPEC, argv).mistakes).toMatchObject(mistakes);
});

test.each(SHELLS)("getopts of %s reads the same", (_, shell) => {
  const word = fc.constantFrom(
    "-s",
    "-c",
    "-cD",
    "-sc",
    "-ssb",
    "-d",
    "x",
    "--",
    "-",
    "-b",
    "D",
    "-dx y",
    "-sbfuse",
  );
  const samples = fc.sample(fc.array(word, { maxLength: 6 }), { numRuns: 150, seed: 7 });
  const complete = samples.filter((argv) => readShellOptions(SPEC, argv).mistakes.length === 0);
  const script = `while getopts ${SPEC} o; do printf '%s=%s\\n' "$o" "$OPTARG"; OPTARG=; done; shift $((OPTIND - 1)); printf 'rest\\n'; for w in "$@"; do printf '%s\\n' "$w"; done`;
  for (const argv of complete) {
    const { stdout } = Bun.spawnSync([...shell, "-c", script, "sh", ...argv]);
    const { options, operands } = readShellOptions(SPEC, argv);
    const lines = options.map(({ letter, argument = "" }) => `${letter}=${argument}`);
    expect({ argv, text: stdout.toString() }).toEqual({
      argv,
      text: [...lines, "rest", ...operands, ""].join("\n"),
    });
  }
});
