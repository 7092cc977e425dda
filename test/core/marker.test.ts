import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { formatMarker, readMarker } from "../../src/core/marker.ts";

const MARKER = { run: "r", participant: "files", time: "2026-11-20T16:22:28Z" };

test("an empty marker is of an old participant", () => {
  for (const text of ["", "\n", "  \t\r\n"]) expect(readMarker(text, "r")).toEqual({ type: "old" });
});

test("a marker of this run is ours, of another it is stale", () => {
  expect(readMarker(formatMarker(MARKER), "r")).toEqual({ type: "ours", marker: MARKER });
  expect(readMarker(formatMarker(MARKER), "s")).toEqual({ type: "stale", run: "r" });
});

for (const text of [
  "hello",
  "{}",
  "[]",
  "null",
  '{"run":"r"}',
  '{"participant":"files"}',
  '{"run":1,"participant":"f"}',
  "\0",
  "\ufeff{}",
]) {
  test(`${JSON.stringify(text)} is foreign: nobody who takes part writes it`, () => {
    expect(readMarker(text, "r")).toEqual({ type: "foreign" });
  });
}

const record = fc.record(
  {
    name: fc.string(),
    direction: fc.constantFrom("in" as const, "out" as const),
    repo: fc.string(),
    id: fc.string(),
    label: fc.string(),
  },
  { requiredKeys: ["name", "direction", "repo", "id"] },
);

test("what is written is read back unchanged, whatever the values hold", () => {
  const markers = fc.record(
    {
      run: fc.string({ unit: "binary" }),
      participant: fc.string(),
      time: fc.string(),
      bundles: fc.array(record),
    },
    { requiredKeys: ["run", "participant", "time"] },
  );
  fc.assert(
    fc.property(markers, (marker) => {
      expect(readMarker(formatMarker(marker), marker.run)).toEqual({ type: "ours", marker });
    }),
    { numRuns: 2000 },
  );
});

test("100,000 hostile texts are read without an exception, and none as ours unless it names our run", () => {
  const value = fc.oneof(fc.constantFrom("r", "s", "files", 1, null, [], {}), fc.jsonValue({ maxDepth: 2 }));
  const object = fc.dictionary(
    fc.constantFrom("run", "participant", "time", "bundles", "__proto__", "x"),
    value,
  );
  const text = fc.oneof(
    fc.string(),
    object.map((each) => JSON.stringify(each)),
  );
  fc.assert(
    fc.property(text, (hostile) => {
      const reading = readMarker(hostile, "r");
      if (reading.type === "ours" && reading.marker.run !== "r") throw new Error("taken for ours");
      if (reading.type === "old" && hostile.trim() !== "") throw new Error("taken for an old one");
    }),
    { numRuns: 100_000 },
  );
});
