import { expect, test } from "bun:test";
import { postgresEnvironment, runTool } from "../../../src/adapters/postgres/tool.ts";
import { run } from "../../../src/adapters/processes.ts";
import { failure } from "../../support/failure.ts";

test("the variables of libpq do not reach the programs, and their messages are in English", () => {
  const ours = { PGHOST: "x", PGOPTIONS: "-c x=1", LANGUAGE: "de", LC_ALL: "de_DE.UTF-8", HOME: "/h" };
  expect(postgresEnvironment(ours)).toEqual({ HOME: "/h", LC_ALL: "C" });
});

test("a program that fails is an error with its name, its ending and its last words", async () => {
  const call = { program: "/bin/sh", args: ["-c", "echo FATAL: no luck >&2; exit 3"], identity: undefined };
  const error = await failure(runTool(run, process.env, { ...call, purpose: "try" }), "system");
  expect(error.message).toBe("cannot try: sh failed (exit code 3): FATAL: no luck");
});
