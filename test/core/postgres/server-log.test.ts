import { expect, test } from "bun:test";
import { causeFrom, saysReady, severityOf } from "../../../src/core/postgres/server-log.ts";

const log = (severity: string, text: string): string =>
  `2026-11-20 17:52:30.279 UTC [7246] ${severity}:  ${text}`;

test("the severity of a line is found behind any prefix", () => {
  expect(severityOf(log("LOG", "starting"))).toBe("LOG");
  expect(severityOf(log("PANIC", "could not locate a valid checkpoint record"))).toBe("PANIC");
  expect(severityOf("\tcontinued: here")).toBeUndefined();
});

test("a cause begins with what was fatal", () => {
  const lines = [log("LOG", "starting"), log("FATAL", "could not map"), log("HINT", "more memory"), ""];
  expect(causeFrom(lines)).toBe(`${lines[1]} | ${lines[2]}`);
});

test("that somebody came too early is no cause", () => {
  const lines = [log("FATAL", "the database system is starting up"), log("PANIC", "bad record")];
  expect(causeFrom(lines)).toBe(lines[1] as string);
});

test("without anything fatal the last lines are the cause", () => {
  const lines = Array.from({ length: 20 }, (_, index) => log("LOG", `line ${index}`));
  expect(causeFrom(lines, 2)).toBe(`${lines[18]} | ${lines[19]}`);
});

test("only the server's own word is taken for ready", () => {
  expect(saysReady(log("LOG", "database system is ready to accept connections"))).toBe(true);
  expect(saysReady(log("LOG", "database system is ready to accept read-only connections"))).toBe(false);
});
