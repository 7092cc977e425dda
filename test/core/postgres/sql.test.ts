import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  createSuperuser,
  quoteIdentifier,
  quoteLiteral,
  setPassword,
  vacuumCommand,
} from "../../../src/core/postgres/sql.ts";

test.each([
  ["alice", '"alice"'],
  ['a"b', '"a""b"'],
  ["x; DROP TABLE y", '"x; DROP TABLE y"'],
])("the identifier %j is quoted as %p", (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted);
});

test("a quoted literal ends where it should, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const quoted = quoteLiteral(text).replace(/^ E/, "");
      const inner = quoted.slice(1, -1).replaceAll("''", "");
      expect(inner).not.toContain("'");
      expect(/\\/.test(text)).toBe(quoteLiteral(text).startsWith(" E"));
    }),
  );
});

test("statements quote the names they are given", () => {
  expect(createSuperuser('o"wner')).toContain('"o""wner" SUPERUSER');
  expect(setPassword("postgres", "SCRAM-SHA-256$4096:x")).toBe(
    "ALTER ROLE \"postgres\" PASSWORD 'SCRAM-SHA-256$4096:x'",
  );
});

test("each mode of vacuum has its command", () => {
  expect([vacuumCommand("off"), vacuumCommand("on"), vacuumCommand("freeze")]).toEqual([
    undefined,
    "VACUUM",
    "VACUUM (FREEZE)",
  ]);
});
