import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import * as printing from "../../src/cli/print.ts";
import { type AnyCommand, runCommand } from "../../src/cli/run-command.ts";
import { KnownError } from "../../src/core/errors.ts";

let printed: string;
let print: ReturnType<typeof spyOn>;
beforeEach(() => {
  printed = "";
  print = spyOn(printing, "print").mockImplementation((text) => void (printed += text));
});
afterEach(() => print.mockRestore());

let called: unknown[];
beforeEach(() => {
  called = [];
});

const ROOT: AnyCommand = {
  meta: { name: "root", description: "Does things" },
  subCommands: {
    show: {
      meta: { name: "show", description: "Shows a thing. Example: root show --deep thing" },
      args: {
        thing: { type: "positional", required: false, description: "What to show" },
        deep: { type: "boolean", alias: "d", description: "Look below" },
        coordPoint: { type: "string", alias: "c", valueHint: "folder", description: "Where to look" },
      },
      run: ({ args }) => void called.push(args),
    },
    raw: { meta: { name: "raw", description: "Takes all" }, run: ({ rawArgs }) => (called.push(rawArgs), 7) },
    group: {
      meta: { name: "group", description: "Holds more" },
      subCommands: { inner: { meta: { name: "inner" }, run: () => 3 } },
    },
  },
};

/** What the call says no with: kind, message and remedy in one text. */
async function refusal(...argv: string[]): Promise<string> {
  const error = await runCommand(ROOT, argv).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KnownError)) throw new Error(`no refusal but ${String(error)}`);
  return `${error.kind}: ${error.message}; ${error.remedy}`;
}

test("a command gets its arguments, by either name of a flag", async () => {
  expect(await runCommand(ROOT, ["show", "--coord-point", "/c", "-d", "it"])).toBe(0);
  expect(called).toMatchObject([{ deep: true, coordPoint: "/c", thing: "it" }]);
});

test("a command that reads its own arguments gets all of them, help included, and gives the exit code", async () => {
  expect(await runCommand(ROOT, ["raw", "--help", "--", "-x"])).toBe(7);
  expect(called).toEqual([["--help", "--", "-x"]]);
});

test("a command below a command is found", async () => {
  expect(await runCommand(ROOT, ["group", "inner"])).toBe(3);
});

const REFUSALS: readonly [string[], RegExp][] = [
  [["shwo"], /^usage: cannot understand "shwo": "root" has no such command; did you mean show\?$/],
  [["shwo", "--help"], /"shwo"/],
  [["group", "iner"], /"root group" has no such command; did you mean inner\?/],
  [[], /"root" needs a command; choose one of show, raw, group/],
  [["group"], /"root group" needs a command; choose one of inner/],
  [["--depe"], /"root" has no such flag/],
  [["show", "--depe"], /"root show" has no such flag; did you mean --deep\?/],
  [["show", "-x"], /"-x"/],
  [["show", "a", "b"], /cannot understand "b": "root show" takes no such argument/],
  [["toString"], /"toString"/],
];

for (const [argv, words] of REFUSALS) {
  test(`"root ${argv.join(" ")}" is refused with a word about it`, async () => {
    expect(await refusal(...argv)).toMatch(words);
    expect(called).toEqual([]);
  });
}

test("help shows purpose, usage, example and every flag, and nothing is run", async () => {
  expect(await runCommand(ROOT, ["show", "--help"])).toBe(0);
  expect(called).toEqual([]);
  expect(printed.split("\n")).toEqual([
    "Shows a thing.",
    "",
    "Usage: root show [FLAGS] [THING]",
    "",
    "Example:",
    "  root show --deep thing",
    "",
    "  THING",
    "      What to show.",
    "  -d, --deep",
    "      Look below.",
    "  -c, --coordPoint FOLDER",
    "      Where to look.",
    "  -h, --help",
    "      Prints this.",
  ]);
});

test("help of a group lists its commands, without their examples", async () => {
  expect(await runCommand(ROOT, ["-h"])).toBe(0);
  expect(printed).toContain("  show   Shows a thing\n  raw    Takes all\n  group  Holds more\n");
  expect(printed).toContain("More: root COMMAND --help");
});

test("what follows -- is nobody's flag", async () => {
  expect(await runCommand(ROOT, ["show", "--", "--help"])).toBe(0);
  expect(printed).toBe("");
});
