import { expect, test } from "bun:test";
import { legacyPostgresFile, parseLegacyPostgresArguments } from "../../../src/config/legacy/postgres.ts";
import { parsePostgresArguments } from "../../../src/config/postgres.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { problemsOf } from "../refusal.ts";

const inputs = (env: Record<string, string> = {}, yaml?: string) => ({
  argv: [],
  env,
  ...(yaml === undefined ? {} : { file: readYaml("pg.yaml", yaml) }),
});
const parse = (env?: Record<string, string>, yaml?: string) =>
  parseLegacyPostgresArguments(inputs(env, yaml));

test("without any settings there is one new database, and a warning", () => {
  const { settings, warnings } = parse();
  expect(settings).toMatchObject({ coordPoint: "/tmp/coord", pollInterval: 5000, sleepAfter: 0 });
  expect(settings.databases).toMatchObject([
    { name: "db", dataDir: "/pg_stage", port: 5432, owner: "postgres" },
  ]);
  expect(settings.databases[0]).not.toHaveProperty("source");
  expect(settings.databases[0]).not.toHaveProperty("destination");
  expect(warnings).toEqual([
    'database "db" has neither a source nor a destination: it starts empty and is lost',
  ]);
});

const YAML = `
globalOpts:
  coordPoint: /c
  pollInterval: 2
  sleepInsteadOfExit: "true"
  sleepTimeout: 60
database:
  name: db1
  dataDir: /data
  pgPort: "5433"
  srcRepo: r
  srcLabel: ""
  destRepo: r2
  destMessage: m
  destLabel: l
  owner: me
`;

test("the file of old, quoted numbers and all", () => {
  const { settings, warnings } = parse({}, YAML);
  expect(warnings).toEqual([]);
  expect(settings).toMatchObject({ coordPoint: "/c", pollInterval: 2000, sleepAfter: 60_000 });
  expect(settings.databases).toMatchObject([
    {
      name: "db1",
      dataDir: "/data",
      port: 5433,
      owner: "me",
      source: { repo: "r", ref: { type: "latest" }, commandFlags: [] },
      destination: { repo: "r2", message: "m", label: "l", commandFlags: [] },
    },
  ]);
});

test("variables count more than the file, and each such key is named", () => {
  const env = {
    SIDECAR_DATABASE_NAME: "db2",
    SIDECAR_DATABASE_PGPORT: "6000",
    SIDECAR_GLOBALOPTS_COORDPOINT: "/v",
    SIDECAR_DATABASE_SRCLABEL: "x",
  };
  const { settings, warnings } = parse(env, YAML);
  expect(settings.coordPoint).toBe("/v");
  expect(settings.databases).toMatchObject([
    { name: "db2", port: 6000, source: { ref: { type: "label", label: "x" } } },
  ]);
  expect(warnings).toEqual(
    [
      'coordPoint is "/v" (SIDECAR_GLOBALOPTS_COORDPOINT), which overrides "/c" (pg.yaml:3)',
      'databases.db2.port is "6000" (SIDECAR_DATABASE_PGPORT), which overrides "5433" (pg.yaml:10)',
      'databases.db2.name is "db2" (SIDECAR_DATABASE_NAME), which overrides "db1" (pg.yaml:8)',
    ].toSorted((one, other) => warnings.indexOf(one) - warnings.indexOf(other)),
  );
});

test.each([
  [{ SIDECAR_GLOBALOPTS_SLEEPINSTEADOFEXIT: "true" }, 600_000],
  [{ SIDECAR_GLOBALOPTS_SLEEPINSTEADOFEXIT: "true", SIDECAR_GLOBALOPTS_SLEEPTIMEOUT: "5" }, 5000],
  [{ SIDECAR_GLOBALOPTS_SLEEPINSTEADOFEXIT: "false", SIDECAR_GLOBALOPTS_SLEEPTIMEOUT: "5" }, 0],
])("%j sleeps %d ms", (env, milliseconds) => {
  expect(parse(env).settings.sleepAfter).toBe(milliseconds);
});

test("the coordination point has two documented spellings", () => {
  expect(parse({ SIDECAR_GLOBALOPTS_COORD_POINT: "/a" }).settings.coordPoint).toBe("/a");
  expect(parse({ SIDECAR_GLOBALOPTS_COORDPOINT: "/b" }).settings.coordPoint).toBe("/b");
});

test("our variables apply to the database of old", () => {
  const { settings } = parse({ SIDECAR_DATABASE_DB_VACUUM: "freeze", SIDECAR_UPGRADE: "auto" });
  expect(settings.databases).toMatchObject([{ name: "db", vacuum: "freeze", upgrade: "auto" }]);
});

test.each([
  [{ SIDECAR_DATABASE_DESTREPO: "r" }, ["databases.db.destinationMessage is not set but destinationRepo is"]],
  [
    { SIDECAR_DATABASE_DESTLABEL: "l" },
    ["databases.db.destinationLabel (SIDECAR_DATABASE_DESTLABEL) is given without destinationRepo"],
  ],
  [
    { SIDECAR_DATABASE_SRCREPO: "r", SIDECAR_DATABASE_SRCLABEL: "l", SIDECAR_DATABASE_SRCBUNDLE: "b" },
    ["databases.db.sourceBundle (SIDECAR_DATABASE_SRCBUNDLE) is given and sourceLabel as well"],
  ],
  [
    { SIDECAR_DATABASE_SRCLABEL: "l" },
    ["databases.db.sourceLabel (SIDECAR_DATABASE_SRCLABEL) is given without sourceRepo"],
  ],
  [
    { SIDECAR_DATABASE_PGPORT: "x" },
    ['databases.db.port "x" (SIDECAR_DATABASE_PGPORT) is not a whole number'],
  ],
  [{ SIDECAR_DATABASE_PGPORT: "65536" }, ['databases.db.port "65536"']],
  [{ SIDECAR_DATABASE_NAME: "../x" }, ['databases.../x.name "../x" (SIDECAR_DATABASE_NAME) holds "/"']],
  [
    { SIDECAR_GLOBALOPTS_SLEEPINSTEADOFEXIT: "maybe" },
    ['sleepInsteadOfExit "maybe" (SIDECAR_GLOBALOPTS_SLEEPINSTEADOFEXIT) is neither true nor false'],
  ],
  [
    { SIDECAR_DATABASE_DSTREPO: "r" },
    ["SIDECAR_DATABASE_DSTREPO is not a known variable; did you mean SIDECAR_DATABASE_DESTREPO?"],
  ],
])("%j is refused", (env, expected) => {
  const lines = problemsOf(() => parse(env));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

test("an unknown key of the file is refused with its line", () => {
  expect(problemsOf(() => parse({}, "database:\n  nmae: x\n"))).toEqual([
    "nmae (pg.yaml:2) is not a known key; did you mean name?",
  ]);
});

test("the file is where SIDECAR_CONFIG says, else at the old place, and may be missing", () => {
  expect(legacyPostgresFile({})).toEqual({
    path: "/config/pgparams.yaml",
    source: "default",
    optional: true,
  });
  expect(legacyPostgresFile({ SIDECAR_CONFIG: "/f" })).toEqual({
    path: "/f",
    source: "SIDECAR_CONFIG",
    optional: true,
  });
  expect(parse({ SIDECAR_CONFIG: "/f" }).warnings[0]).toContain("is not there");
});

test("our own command understands both, but has no defaults of old", () => {
  expect(parsePostgresArguments(inputs({}, YAML)).settings.databases).toMatchObject([{ name: "db1" }]);
  expect(problemsOf(() => parsePostgresArguments(inputs()))).toHaveLength(2);
});

test("to ignore the version of a bundle is to have it upgraded", () => {
  const upgradeOf = (value: string) =>
    parse({}, `globalOpts: {ignorePGVersionMismatch: ${value}}`).settings.databases[0]?.upgrade;
  expect(upgradeOf("true")).toBe("auto");
  expect(upgradeOf("false")).toBe("never");
  expect(problemsOf(() => upgradeOf("perhaps")).join()).toContain("ignorePGVersionMismatch");
});
