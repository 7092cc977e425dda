import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { AT_REST, parseControlData } from "../../../src/core/postgres/control-data.ts";

const output = `pg_control version number:            1300
Database system identifier:           7710313048157150279
Database cluster state:               shut down
Latest checkpoint's REDO WAL file:    000000010000000000000001
Bytes per WAL segment:                16777216
Data page checksum version:           1
`;

test("the state, the checksums and the segment size are read", () => {
  expect(parseControlData(output)).toEqual({
    state: AT_REST,
    systemIdentifier: "7710313048157150279",
    checksums: true,
    walSegmentSize: 16777216,
    checkpointFile: "000000010000000000000001",
  });
});

test("version 0 of the checksums means there are none", () => {
  expect(parseControlData(output.replace("version:           1", "version:           0"))?.checksums).toBe(
    false,
  );
});

test.each(["in production", "shut down in recovery", "in crash recovery"])("%p is not at rest", (state) => {
  const data = parseControlData(output.replace("shut down", state));
  expect(data?.state).toBe(state);
  expect(data?.state).not.toBe(AT_REST);
});

test("output without one of the lines is not understood", () => {
  const lines = output.split("\n");
  for (const needed of [
    "Database cluster state",
    "Database system identifier",
    "Bytes per WAL",
    "Data page",
  ]) {
    expect(parseControlData(lines.filter((line) => !line.startsWith(needed)).join("\n"))).toBeUndefined();
  }
});

test("no text makes the parser throw", () => {
  fc.assert(fc.property(fc.string(), (text) => expect(() => parseControlData(text)).not.toThrow()));
});
