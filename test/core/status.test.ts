import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { formatStatus, hasEnded, parseStatus, PHASES, type Status } from "../../src/core/status.ts";
import { status } from "./observations.ts";

const FULL: Status = status("files", "failed", {
  attempt: 3,
  since: "2026-11-20T16:22:28Z",
  at: "2026-11-20T16:22:30Z",
  doing: "uploading out",
  bundles: [{ name: "out", direction: "out", repo: "r1", id: "3MNWx7BCg6QXlDDpAuYtLTfJRQu", label: "l" }],
  reserved: { out: "3MNWx7BCg6QXlDDpAuYtLTfJRQu" },
  failure: { phase: "uploading", cause: "cannot upload", exitCode: 74 },
});

test("a status is read back as it was written", () => {
  expect(parseStatus(formatStatus(FULL))).toEqual(FULL);
  const wrapper = status("app", "done", { decision: "upload", applicationExitCode: 0 });
  expect(parseStatus(formatStatus(wrapper))).toEqual(wrapper);
});

test("keys of a newer version are passed over", () => {
  expect(parseStatus(JSON.stringify({ ...FULL, mood: "good" }))).toEqual(FULL);
});

const NEEDED = ["version", "participant", "run", "attempt", "phase", "beat", "bundles", "reserved"] as const;
for (const key of NEEDED) {
  test(`a status without ${key}, or with another type there, is none`, () => {
    const { [key]: _, ...rest } = FULL;
    expect(parseStatus(JSON.stringify(rest))).toBeUndefined();
    expect(parseStatus(JSON.stringify({ ...FULL, [key]: true }))).toBeUndefined();
  });
}

test("a status cut off anywhere is none", () => {
  const text = formatStatus(FULL).trimEnd();
  for (let length = 0; length < text.length; length++)
    expect(parseStatus(text.slice(0, length))).toBeUndefined();
});

test("done and failed are ends, everything else is not", () => {
  expect(PHASES.filter((phase) => hasEnded({ phase }))).toEqual(["done", "failed"]);
});

test("100,000 hostile texts are read without an exception, and only as what a status can be", () => {
  const value = fc.oneof(
    fc.constantFrom(1, 0, -1, 1e300, "r", "files", "running", "upload", null, [], {}, [{}], { out: 1 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const spoiled = fc
    .dictionary(
      fc.constantFrom(...Object.keys(FULL), "decision", "applicationExitCode", "__proto__"),
      value,
      { maxKeys: 3 },
    )
    .map((changes) => JSON.stringify({ ...FULL, ...changes }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), spoiled), (text) => {
      const read = parseStatus(text);
      if (read === undefined) return;
      const sound =
        PHASES.includes(read.phase) &&
        Number.isSafeInteger(read.attempt) &&
        Number.isSafeInteger(read.beat) &&
        typeof read.run === "string" &&
        Array.isArray(read.bundles);
      if (!sound) throw new Error(`read as a status: ${text}`);
    }),
    { numRuns: 100_000 },
  );
});
