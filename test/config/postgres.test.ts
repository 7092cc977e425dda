import { expect, test } from "bun:test";
import { parsePostgresArguments } from "../../src/config/postgres.ts";
import { parseSidecarArguments } from "../../src/config/sidecar.ts";
import { readYaml } from "../../src/config/yaml.ts";
import { problemsOf } from "./refusal.ts";

const postgres = (argv: readonly string[], yaml?: string) =>
  parsePostgresArguments({
    argv,
    env: {},
    ...(yaml === undefined ? {} : { file: readYaml("job.yaml", yaml) }),
  });

const YAML = `
coordPoint: /c
vacuum: off
serverParameters: [shared_buffers=1GB, pg_stat.x=on]
databases:
- name: one
  sourceRepo: r
  sourceBundle: ID
  datamonConcurrencyFactor: 10
- name: two
  port: 5433
  vacuum: freeze
  destinationRepo: r
  destinationMessage: m
  destinationIdFile: /id
  serverParameters: []
`;

test("several databases share defaults and keep their own", () => {
  const { settings } = postgres(["--database=two.owner=me"], YAML);
  expect(settings.databases).toMatchObject([
    {
      name: "one",
      port: 5432,
      vacuum: "off",
      owner: "postgres",
      serverParameters: ["shared_buffers=1GB", "pg_stat.x=on"],
      source: { repo: "r", ref: { type: "id", id: "ID" }, commandFlags: ["--concurrency-factor=10"] },
    },
    {
      name: "two",
      port: 5433,
      vacuum: "freeze",
      owner: "me",
      serverParameters: [],
      destination: { repo: "r", message: "m", idFile: "/id", commandFlags: [] },
    },
  ]);
});

const DATABASE = ["--coord-point=/c", "--database=a.port=5432"];

test.each([
  [["--coord-point=/c"], ["databases are not set"]],
  [[...DATABASE, "--database=b.owner=me"], ['databases.b.port "5432" is also the port of database "a"']],
  [
    [...DATABASE, "--authentication=scram-sha-256"],
    ["databases.a.passwordFile is not set but authentication is scram-sha-256"],
  ],
  [[...DATABASE, "--upgrade=only"], ["databases.a.upgrade is only, which needs a source and a destination"]],
  [
    [...DATABASE, "--server-parameters=work_mem"],
    ["serverParameters", "databases.a.serverParameters"],
  ],
  [
    [...DATABASE, "--vacuum=full"],
    ["vacuum", "databases.a.vacuum"],
  ],
  [[...DATABASE, "--database=a/b.port=1"], ['databases.a/b.name "a/b" (--database a/b.port) holds "/"']],
  [
    [...DATABASE, "--server-stop-timeout=0"],
    ["serverStopTimeout", "databases.a.serverStopTimeout"],
  ],
])("%j is refused", (argv, expected) => {
  const lines = problemsOf(() => postgres(argv));
  expect(lines).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(lines[index]).toStartWith(start);
});

const mixed = (yaml: string) =>
  parseSidecarArguments({ argv: [], env: {}, file: readYaml("job.yaml", yaml) });

test("a mix of bundles and databases comes from one file", () => {
  const { settings } = mixed(
    `${YAML}sources: [{name: one, path: /in, repo: r, latest: true}]\nupload: never\n`,
  );
  expect(settings.coordPoint).toBe("/c");
  expect(settings.files?.bundles).toHaveLength(1);
  expect(settings.postgres?.databases).toHaveLength(2);
  expect(settings.files).toMatchObject({ coordPoint: "/c", parallel: 4 });
});

test("only what is declared is there", () => {
  expect(mixed(YAML).settings).not.toHaveProperty("files");
  expect(problemsOf(() => mixed("coordPoint: /c\n"))).toEqual([
    "settings declare nothing to do; declare sources, destinations or databases in the settings file",
  ]);
});
