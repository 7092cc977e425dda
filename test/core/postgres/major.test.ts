import { expect, test } from "bun:test";
import { majorOf, packageOf, versionOf } from "../../../src/core/postgres/major.ts";

test.each([
  ["15\n", 15],
  ["13.16", 13],
  ["9.6.24", 9.6],
  ["9.6", 9.6],
  ["18beta1", 18],
  ["17devel", 17],
  ["", undefined],
  ["9", undefined],
  ["fifteen", undefined],
])("the major version in %j is %p", (text, major) => {
  expect(majorOf(text)).toBe(major);
});

test("the version is read from what `postgres --version` prints", () => {
  expect(versionOf("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n")).toBe("15.18");
  expect(versionOf("postgres (PostgreSQL) 18beta1\n")).toBe("18beta1");
  expect(versionOf("postgrez 1.0")).toBeUndefined();
});

test("the package of a major version has Debian's name", () => {
  expect(packageOf(13)).toBe("postgresql-13");
  expect(packageOf(9.6)).toBe("postgresql-9.6");
});
