import { expect, test } from "bun:test";
import fc from "fast-check";
import { readMarker } from "../../src/core/marker.ts";
import { parseRun } from "../../src/core/run.ts";
import { formatStatus, parseStatus } from "../../src/core/status.ts";
import { status } from "./observations.ts";

/** Anything, and things that look nearly right. */
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.json(),
  fc
    .record({ version: fc.constant(1), run: fc.anything(), participant: fc.anything(), phase: fc.anything() })
    .map((value) =>
      JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}` : part)),
    ),
  fc.tuple(fc.nat(400), fc.string()).map(([at, text]) => {
    const whole = formatStatus(status("files", "ready", { request: "r", served: { files: "x" } }));
    return whole.slice(0, at) + text + whole.slice(at + text.length);
  }),
);

test("no text in the place of a status, a marker or a run record throws", () => {
  fc.assert(
    fc.property(texts, (text) => {
      parseStatus(text);
      parseRun(text);
      expect(["old", "ours", "stale", "foreign"]).toContain(readMarker(text, "r").type);
    }),
    { numRuns: 3000 },
  );
});

test("what one participant writes another reads, whole", () => {
  const said = status("files", "done", {
    request: "r",
    serving: "s",
    served: { __proto__x: "y" },
    decision: "upload",
    applicationExitCode: 0,
    failure: { phase: "ready", cause: 'a "b"\nc', exitCode: 71 },
    reserved: { out: "id" },
  });
  expect(parseStatus(formatStatus(said))).toEqual(said);
});
