import { expect, test } from "bun:test";
import {
  approachTo,
  type Claim,
  formatClaim,
  type Occupancy,
  parseClaim,
} from "../../../src/core/postgres/claim.ts";

const claim: Claim = { participant: "postgres-db", run: "run-1", phase: "prepared" };
const ours = (over: Partial<Claim> = {}): Occupancy => ({ type: "ours", claim: { ...claim, ...over } });

test.each([
  ["an empty folder", { type: "vacant" }, "fresh"],
  ["somebody's files", { type: "foreign", entries: ["letters"] }, "refuse"],
  ["a whole cluster of this run", ours(), "resume"],
  ["a settled cluster of this run", ours({ phase: "settled" }), "resume"],
  ["a half-made cluster of this run", ours({ phase: "preparing" }), "again"],
  ["a whole cluster of another run", ours({ run: "run-0" }), "again"],
  ["another database's cluster", ours({ participant: "postgres-other" }), "refuse"],
] as const)("coming to %s", (_what, occupancy, approach) => {
  expect(approachTo(occupancy, "postgres-db", "run-1")).toBe(approach);
});

test("a claim comes back as it was written", () => {
  const made = {
    ...claim,
    madeFrom: { version: "13.16", method: "pg_upgrade", repo: "r", bundle: "b" } as const,
  };
  expect(parseClaim(formatClaim(claim))).toEqual(claim);
  expect(parseClaim(formatClaim(made))).toEqual(made);
});

test.each([
  "",
  "{}",
  '{"participant":"p","run":"r","phase":"borrowed"}',
  '{"participant":"p","phase":"prepared"}',
])("%j claims nothing", (text) => {
  expect(parseClaim(text)).toBeUndefined();
});
