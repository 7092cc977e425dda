import { expect, test } from "bun:test";
import manifest from "../../package.json";
import { versionInfo } from "../../src/cli/version.ts";

test("the version names every package that is built in, at exactly one version", () => {
  const { packages, bun } = versionInfo();
  expect(Object.keys(packages)).toEqual(Object.keys(manifest.dependencies));
  for (const version of Object.values(packages)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(bun).toBe(Bun.version);
});
