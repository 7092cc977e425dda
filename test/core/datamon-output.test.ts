import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  downloadedIdIn,
  fileListsIn,
  isBundleId,
  labelledIdIn,
  lastLines,
  uploadedIdIn,
} from "../../src/core/datamon-output.ts";

const PARSER_RUNS = 100_000;
const ID = "3MNWx7BCg6QXlDDpAuYtLTfJRQu";
const bundleId = fc.string({
  minLength: 27,
  maxLength: 27,
  unit: fc.constantFrom(...Array.from("0123456789ABCXYZabcxyz")),
});

test.each([
  ["the result line", `Uploaded bundle id:${ID}`],
  ["the result line with a space", `Uploaded bundle id: ${ID}`],
  ["the JSON log with the id in a field", `{"level":"info","msg":"Uploaded bundle id","id":"${ID}"}`],
  ["the JSON log with the id in the message", `{"level":"info","msg":"Uploaded bundle id:${ID}","n":1}`],
  ["the JSON log with the field before the message", `{"BundleID":"${ID}","msg":"Uploaded bundle id"}`],
])("the id of an upload is found in %s", (_, line) => {
  expect(uploadedIdIn(line)).toBe(ID);
});

test.each([
  ["another message", `Using bundle: ${ID}`],
  ["no id", "Uploaded bundle id:"],
  ["a longer word", `Uploaded bundle id:${ID}0`],
])("no id is made up from %s", (_, line) => {
  expect(uploadedIdIn(line)).toBeUndefined();
});

test("the id is found whatever else stands in the log line", () => {
  fc.assert(
    fc.property(bundleId, fc.record({ caller: fc.string({ maxLength: 20 }), ts: fc.nat() }), (id, rest) => {
      expect(uploadedIdIn(JSON.stringify({ ...rest, msg: "Uploaded bundle id", bundle: id }))).toBe(id);
    }),
    { numRuns: PARSER_RUNS },
  );
});

test("a label's line gives the id of its bundle, for this label only", () => {
  const line = `lab , ${ID} , 2026-11-20 16:22:28 +0000 UTC`;
  expect(labelledIdIn(line, "lab")).toBe(ID);
  expect(labelledIdIn(line, "la")).toBeUndefined();
  expect(labelledIdIn("lab , short , 2026", "lab")).toBeUndefined();
});

test("the downloaded bundle is known by its descriptor's name", () => {
  const names = [`${ID}-bundle-files-0.yaml`, `${ID}.yaml`, "other"];
  expect(downloadedIdIn(names)).toBe(ID);
  expect(downloadedIdIn(["readme.yaml"])).toBeUndefined();
});

test("two descriptors leave it unknown", () => {
  expect(downloadedIdIn([`${ID}.yaml`, `${ID.replace("3", "4")}.yaml`])).toBeUndefined();
});

test("file lists come in the order of their numbers", () => {
  const names = [10, 9, 0].map((n) => `${ID}-bundle-files-${n}.yaml`);
  expect(fileListsIn([...names, `${ID}.yaml`, `${ID}-bundle-files-x.yaml`], ID)).toEqual(names.toReversed());
});

test("only 27 letters and digits are a bundle id", () => {
  expect(isBundleId(ID)).toBe(true);
  expect(isBundleId(`${ID}\n`)).toBe(false);
  expect(isBundleId(ID.slice(1))).toBe(false);
});

test("the last lines leave out empty ones", () => {
  expect(lastLines("a\n\n b \r\nc\n\n", 2)).toEqual(["b", "c"]);
  expect(lastLines("", 2)).toEqual([]);
});
