import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { flagsLayer } from "../../../src/config/layers/flags.ts";
import { ROLES } from "../../../src/config/schema/roles.ts";

test.each([
  [["--grace", "3s"], [{ key: "grace", value: "3s", source: "--grace" }]],
  [["--grace="], [{ key: "grace", value: "", source: "--grace" }]],
  [["--grace=-x"], [{ key: "grace", value: "-x", source: "--grace" }]],
  [["--grace", "-x"], [{ key: "grace", value: "-x", source: "--grace" }]],
  [["--grace=a=b"], [{ key: "grace", value: "a=b", source: "--grace" }]],
  [
    ["--sleep-instead-of-exit", "--grace", "1"],
    [
      { key: "sleepInsteadOfExit", value: "true", source: "--sleep-instead-of-exit" },
      { key: "grace", value: "1", source: "--grace" },
    ],
  ],
  [
    ["--sleep-instead-of-exit=false"],
    [{ key: "sleepInsteadOfExit", value: "false", source: "--sleep-instead-of-exit" }],
  ],
])("%j gives %j", (argv, givens) => {
  expect(flagsLayer(ROLES.files, argv)).toMatchObject({ givens, items: [], problems: [] });
});

test.each([
  [["--grace"], "--grace", "has no value"],
  [["--grace", "--mode=mount"], "--grace", "has no value"],
  [["--coordPoint=/c"], "--coordPoint", "is not a flag"],
  [["--cord-point", "/c"], "--cord-point", "is not a flag"],
  [["-x"], "-x", "is not a flag"],
  [["--__proto__=x"], "--__proto__", "is not a flag"],
  [["--constructor=x"], "--constructor", "is not a flag"],
  [["-"], "argument", "is not expected"],
  [["--", "x"], "argument", "is not expected"],
])("%j is refused", (argv, key, cause) => {
  expect(flagsLayer(ROLES.files, argv).problems).toMatchObject([{ key, cause, usage: true }]);
});

test("what follows the flags of the wrapper is never touched", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 5 }), (command) => {
      const { givens, problems } = flagsLayer(ROLES.app, ["--wait-for", "files", "--", ...command]);
      expect(problems).toEqual([]);
      expect(givens).toContainEqual({ key: "command", value: command, source: "command line" });
    }),
  );
});
