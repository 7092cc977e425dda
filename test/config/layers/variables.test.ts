import { expect, test } from "bun:test";
import { variablesLayer } from "../../../src/config/layers/variables.ts";
import { ROLES } from "../../../src/config/schema/roles.ts";

const read = (env: Record<string, string>, strict = true, names: string[] = []) =>
  variablesLayer(ROLES.files, env, { strict, namesOf: (group) => (group === "sources" ? names : []) });

test.each([
  ["SIDECAR_UPLOAD", "never"],
  ["SIDECAR_DATABASE_DB1_PORT", "5433"],
  ["SIDECAR_DATABASE_PGPORT", "5433"],
  ["SIDECAR_GLOBALOPTS_COORDPOINT", "/c"],
  ["SIDECAR_GLOBALOPTS_COORD_POINT", "/c"],
  ["SIDECAR_CONFIG", "/f"],
  ["SIDECAR_API_SERVICE_HOST", "10.0.0.1"],
  ["SIDECAR_API_SERVICE_PORT_HTTP", "80"],
  ["SIDECAR_API_PORT", "tcp://10.0.0.1:80"],
  ["SIDECAR_API_PORT_80_TCP_ADDR", "10.0.0.1"],
  ["OTHER_SIDECAR", "x"],
  ["SIDECAR_GRACE", ""],
])("%s=%s belongs to another role, to Kubernetes or to nobody, and is passed over", (name, value) => {
  expect(read({ [name]: value })).toEqual({ givens: [], items: [], problems: [], warnings: [] });
});

test.each([
  ["SIDECAR_COORD_PIONT", "did you mean SIDECAR_COORD_POINT?"],
  ["SIDECAR_SOURCE_MY_SRC_LABLE", "did you mean SIDECAR_SOURCE_MY_SRC_LABEL?"],
  ["SIDECAR_DATABASE_DATA_DIR", "did you mean SIDECAR_DATABASE_DATADIR?"],
  ["SIDECAR_SOMETHING_ELSE_ALTOGETHER", "unset it, or rename it if it is not for datamon-sidecar"],
])("%s is unknown: %s", (name, remedy) => {
  expect(read({ [name]: "hunter2" }).problems).toEqual([
    { key: name, cause: "is not a known variable", remedy },
  ]);
  const lenient = read({ [name]: "hunter2" }, false);
  expect(lenient.problems).toEqual([]);
  expect(lenient.warnings).toEqual([`${name} is not a known variable and has no effect; ${remedy}`]);
});

test("two names with one spelling make a variable ambiguous", () => {
  const { problems } = read({ SIDECAR_SOURCE_A_B_LABEL: "x" }, true, ["a-b", "a_b"]);
  expect(problems).toEqual([
    expect.objectContaining({ key: "SIDECAR_SOURCE_A_B_LABEL", remedy: "rename one of them" }),
  ]);
});

test("the longest key wins and the rest is the name", () => {
  const { items } = read({ SIDECAR_SOURCE_A_ID_DATAMON_CACHE_SIZE: "1MB" }, true, ["a-id"]);
  expect(items).toEqual([
    {
      group: "sources",
      name: "a-id",
      key: "datamonCacheSize",
      value: "1MB",
      source: "SIDECAR_SOURCE_A_ID_DATAMON_CACHE_SIZE",
    },
  ]);
});
