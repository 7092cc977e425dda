import { expect, test } from "bun:test";
import { childEnvironment } from "../../src/core/child-environment.ts";

test("hidden variables get their own name back, and win", () => {
  expect(
    childEnvironment({ A: "1", DATAMON_SIDECAR_HIDDEN_BUN_OPTIONS: "--smol", DATAMON_SIDECAR_HIDDEN_A: "2" }),
  ).toEqual({ A: "2", BUN_OPTIONS: "--smol" });
});

test("the launcher's own variables and absent ones do not reach a child", () => {
  expect(childEnvironment({ DATAMON_SIDECAR_NOFILE: "1024", HOME: undefined, PATH: "" })).toEqual({
    PATH: "",
  });
});

test("settings of the sidecar itself are passed on", () => {
  expect(childEnvironment({ SIDECAR_CONFIG: "x", DATAMON_CONFIG: "y" })).toEqual({
    SIDECAR_CONFIG: "x",
    DATAMON_CONFIG: "y",
  });
});
