import { expect, test } from "bun:test";
import { controlDescriptor, lostDirectory } from "../../src/core/launcher-environment.ts";

test.each([
  [{ DATAMON_SIDECAR_CONTROL: "3" }, 3],
  [{}, undefined],
  [{ DATAMON_SIDECAR_CONTROL: "" }, undefined],
  [{ DATAMON_SIDECAR_CONTROL: "-1" }, undefined],
] as const)("in %p the control descriptor is %p", (environment, descriptor) => {
  expect(controlDescriptor(environment)).toBe(descriptor);
});

test("a lost working directory is known by its old path", () => {
  expect(lostDirectory({ DATAMON_SIDECAR_CWD: "/work (deleted)" })).toBe("/work (deleted)");
  expect(lostDirectory({})).toBeUndefined();
});
