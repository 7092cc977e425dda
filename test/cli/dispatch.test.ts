import { expect, test } from "bun:test";
import { dispatch } from "../../src/cli/dispatch.ts";

for (const name of [
  "wrap_application.sh",
  "wrap_datamon.sh",
  "wrap_datamon_pg.sh",
  "sidecar_param",
] as const) {
  for (const called of [name, `/scripts/${name}`, `./${name}`]) {
    test(`called as ${called} it speaks the dialect of ${name}, whatever the words are`, () => {
      const argv = ["--version", "help", "app"];
      expect(dispatch(called, argv)).toEqual({ type: "legacy", script: name, argv });
    });
  }
}

const COMMANDS: readonly [string, string[], string[]][] = [
  ["datamon-sidecar", ["app", "--", "true"], ["app", "--", "true"]],
  ["/usr/bin/anything-else", ["status"], ["status"]],
  ["", [], []],
  ["datamon-sidecar", ["--version"], ["version"]],
  ["datamon-sidecar", ["--version", "--json"], ["version", "--json"]],
  ["datamon-sidecar", ["help"], ["--help"]],
  ["datamon-sidecar", ["help", "config", "show"], ["config", "show", "--help"]],
  ["datamon-sidecar", ["app", "--", "help"], ["app", "--", "help"]],
];

for (const [called, argv, meant] of COMMANDS) {
  test(`"${called} ${argv.join(" ")}" means the command "${meant.join(" ")}"`, () => {
    expect(dispatch(called, argv)).toEqual({ type: "command", argv: meant });
  });
}
