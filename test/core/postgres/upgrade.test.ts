import { expect, test } from "bun:test";
import { KnownError } from "../../../src/core/errors.ts";
import { planUpgrade } from "../../../src/core/postgres/upgrade.ts";

const both = [13, 15];

test.each([
  [15, [15], "auto", { type: "serve", major: 15 }],
  [15, both, "never", { type: "serve", major: 15 }],
  [15, both, "only", { type: "serve", major: 15 }],
  [13, both, "auto", { type: "upgrade", from: 13, to: 15 }],
  [13, both, "only", { type: "upgrade", from: 13, to: 15 }],
  [13, both, "never", { type: "serve", major: 13 }],
] as const)("a cluster of %p with %p here and upgrade %p", (cluster, installed, policy, plan) => {
  expect(planUpgrade(cluster, installed, policy, "it")).toEqual(plan);
});

test.each([
  [16, both, "auto", "made by Postgres 16, and the newest server here is 15", "postgresql-16"],
  [13, [15], "auto", "the binaries of Postgres 13 are not here", "postgresql-13"],
  [13, [15], "only", "the binaries of Postgres 13 are not here", "postgresql-13"],
  [13, [15], "never", 'upgrade is "never"', "postgresql-13"],
] as const)(
  "a cluster of %p with %p here and upgrade %p is refused",
  (cluster, installed, policy, why, remedy) => {
    try {
      planUpgrade(cluster, installed, policy, 'bundle B of "r"');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(KnownError);
      const known = error as KnownError;
      expect(known.kind).toBe("configuration");
      expect(known.message).toContain('bundle B of "r"');
      expect(known.message).toContain(why);
      expect(known.remedy).toContain(remedy);
    }
  },
);
