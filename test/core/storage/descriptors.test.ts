import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import { bundleText, contextText, labelText, repoText } from "../../../src/core/storage/descriptor-text.ts";
import { bundleOf, contextOf, type Fields, labelOf, repoOf } from "../../../src/core/storage/descriptors.ts";
import { goTimestamp } from "../../../src/core/storage/timestamp.ts";

const ID = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
const timestamp = fc
  .date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true })
  .map(Number)
  .map(goTimestamp);
const contributor = fc.record({ name: text, email: text });
const contributors = fc.array(contributor, { maxLength: 3 });

function read(yaml: string): Fields {
  return parse(yaml, { schema: "failsafe" }) as Fields;
}

test("descriptors are written in datamon's layout", () => {
  const contributors = [{ name: "n", email: "e@x.y" }];
  const timestamp = "2026-11-20T16:22:28.094697184Z";
  const bundle = {
    id: ID,
    leafSize: 2_097_152,
    message: 'a: "msg" #x',
    timestamp,
    contributors,
    count: 1,
    version: 2,
  };
  expect(bundleText(bundle)).toBe(`leafSize: 2097152
id: 3MNWx7BCg6QXlDDpAuYtLTfJRQu
message: 'a: "msg" #x'
timestamp: 2026-11-20T16:22:28.094697184Z
contributors:
- name: "n"
  email: e@x.y
count: 1
version: 2
deduplication: blake
`);
  expect(labelText({ name: "lab1", id: ID, timestamp, contributors })).toBe(`name: lab1
id: 3MNWx7BCg6QXlDDpAuYtLTfJRQu
timestamp: 2026-11-20T16:22:28.094697184Z
contributors:
- name: "n"
  email: e@x.y
`);
  expect(repoText({ name: "r1", description: "d", timestamp, contributor: { name: "n", email: "e@x.y" } }))
    .toBe(`name: r1
description: d
timestamp: 2026-11-20T16:22:28.094697184Z
contributor:
  name: "n"
  email: e@x.y
`);
  const buckets = { wal: "w", readlog: "r", blob: "b", metadata: "m", vmetadata: "v" };
  expect(contextText({ name: "dev", ...buckets })).toBe(
    "name: dev\nwal: w\nreadlog: r\nblob: b\nmetadata: m\nvmetadata: v\nversion: 0\n",
  );
});

test("descriptors read back as they were written", () => {
  fc.assert(
    fc.property(text, contributors, timestamp, fc.nat(1_000_000), (message, people, time, count) => {
      const bundle = {
        id: ID,
        leafSize: 65_536,
        message,
        timestamp: time,
        contributors: people,
        count,
        version: 2,
      };
      expect(bundleOf(read(bundleText(bundle)), ID)).toEqual(bundle);
      const label = { name: "l", id: ID, timestamp: time, contributors: people };
      expect(labelOf(read(labelText(label)), "l")).toEqual(label);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(text, contributor, timestamp, (description, person, time) => {
      const repo = { name: "r", description, timestamp: time, contributor: person };
      expect(repoOf(read(repoText(repo)))).toEqual(repo);
    }),
    { numRuns: 500 },
  );
});

test("any document is a descriptor or a text that says why not", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.string(),
      fc.constantFrom("2097152", "1", ID, "blake"),
      fc.array(tie("any")),
      fc.dictionary(fc.string(), tie("any")),
    ),
  })).any;
  const keys = fc.constantFrom(
    "id",
    "leafSize",
    "count",
    "version",
    "contributors",
    "name",
    "blob",
    "contributor",
    "x",
  );
  fc.assert(
    fc.property(fc.dictionary(keys, value), (document) => {
      const fields = document as Fields;
      for (const made of [bundleOf(fields, ID), labelOf(fields, "l"), repoOf(fields), contextOf(fields)]) {
        expect(["string", "object"]).toContain(typeof made);
      }
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ["another id", { id: "other" }],
  ["a giant leaf", { leafSize: "99999999999" }],
  ["a tiny leaf", { leafSize: "1" }],
  ["no leaf size", { leafSize: undefined }],
  ["more lists than a store can have", { count: "999999999" }],
  ["a negative number of lists", { count: "-1" }],
  ["another way of deduplication", { deduplication: "md5" }],
  ["a version that is no number", { version: "two" }],
])("a bundle with %s is refused", (_, change) => {
  const good = { id: ID, leafSize: "2097152", count: "1", version: "2", deduplication: "blake" };
  expect(bundleOf(good, ID)).toBeObject();
  expect(bundleOf({ ...good, ...change }, ID)).toBeString();
});

test.each([
  ["2026-11-20T16:22:28.090Z", "2026-11-20T16:22:28.09Z"],
  ["2026-11-20T16:22:20.000Z", "2026-11-20T16:22:20Z"],
  ["2026-11-20T16:22:28.123Z", "2026-11-20T16:22:28.123Z"],
])("%s is written %s, as Go does", (time, written) => {
  expect(goTimestamp(Date.parse(time))).toBe(written);
});
