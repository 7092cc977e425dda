import { expect, test } from "bun:test";
import { closedAccess, isLoopback, reachableAt, servingAccess } from "../../../src/core/postgres/access.ts";

test("trust reaches no further than the loopback", () => {
  const hosts = servingAccess("trust")
    .split("\n")
    .filter((line) => line.startsWith("host"));
  expect(hosts.length).toBeGreaterThan(0);
  for (const line of hosts) expect(line).toMatch(/ (127\.0\.0\.1\/32|::1\/128) trust$/);
});

test("with scram nobody comes in over TCP without a password", () => {
  const hosts = servingAccess("scram-sha-256")
    .split("\n")
    .filter((line) => line.startsWith("host"));
  for (const line of hosts) expect(line).toEndWith(" scram-sha-256");
  expect(servingAccess("scram-sha-256")).not.toContain("local all all");
});

test("once closed, only our own socket is left", () => {
  expect(
    closedAccess()
      .split("\n")
      .filter((line) => !line.endsWith(" reject")),
  ).toEqual(["local all postgres trust", ""]);
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["*", false],
  ["10.0.0.1", false],
])("whether %p stays in the pod: %p", (address, loopback) => {
  expect(isLoopback(address)).toBe(loopback);
});

test.each([
  ["localhost", "127.0.0.1"],
  ["*", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
  ["10.1.2.3", "10.1.2.3"],
  ["10.1.2.3, localhost", "10.1.2.3"],
])("a server that listens on %p is reached at %p", (address, reachable) => {
  expect(reachableAt(address)).toBe(reachable);
});
