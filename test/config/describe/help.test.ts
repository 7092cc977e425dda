import { expect, test } from "bun:test";
import { helpText } from "../../../src/config/describe/help.ts";
import { ROLE_TEXTS } from "../../../src/config/describe/roles.ts";
import { configFileOf, helpAsked } from "../../../src/config/gather.ts";
import { flagOf } from "../../../src/config/naming.ts";
import { PROGRAMS } from "../../../src/config/programs.ts";
import { ROLES } from "../../../src/config/schema/roles.ts";
import type { Role } from "../../../src/config/schema/roles.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { splitWords } from "../../../src/core/words.ts";

const FILE = readYaml(
  "sidecar.yaml",
  "coordPoint: /c\nsources: [{name: a, path: /a, repo: r, latest: true}]\ndatabases: [{name: db}]\n",
);
const roles = Object.keys(ROLES) as Role[];

test.each(roles)("the help of %s names every flag", (role) => {
  const text = helpText(role);
  for (const key of Object.keys(ROLES[role].settings))
    if (key !== "command") expect(text).toContain(`  ${flagOf(key)}`);
  for (const group of ROLES[role].groups) expect(text).toContain(`--${group.singular} NAME.KEY=VALUE`);
});

test.each(roles.flatMap((role) => ROLE_TEXTS[role].examples.map((example) => [role, example] as const)))(
  "the example of %s works: %s",
  (role, example) => {
    const [program, verb, ...argv] = splitWords(example);
    expect([program, verb]).toEqual(["datamon-sidecar", role]);
    const file = configFileOf(role, argv, {}) === undefined ? {} : { file: FILE };
    expect(PROGRAMS[role]?.parse({ argv, env: {}, ...file }).settings.coordPoint).toStartWith("/c");
  },
);

test.each([
  [["--help"], true],
  [["--coord-point", "/c", "-h"], true],
  [["--coord-point", "/c", "ls", "--help"], false],
  [["--", "--help"], false],
])("in %j help is asked for: %p", (argv, asked) => {
  expect(helpAsked("app", argv)).toBe(asked);
});

test.each([
  [["--config", "/f"], {}, { path: "/f", source: "--config", optional: false }],
  [["--config=/f"], { SIDECAR_CONFIG: "/g" }, { path: "/f", source: "--config", optional: false }],
  [
    ["x", "--config", "/f"],
    { SIDECAR_CONFIG: "/g" },
    { path: "/g", source: "SIDECAR_CONFIG", optional: false },
  ],
  [["x"], {}, undefined],
])("the settings file of %j with %j", (argv, env, location) => {
  expect(configFileOf("app", argv, env)).toEqual(location);
});
