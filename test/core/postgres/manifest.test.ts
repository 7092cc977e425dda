import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  formatManifest,
  isInside,
  type Manifest,
  parseManifest,
  provenance,
} from "../../../src/core/postgres/manifest.ts";

const part = fc
  .string({ minLength: 1, maxLength: 8 })
  .filter((s) => !/[/\0]/.test(s) && s !== "." && s !== "..");
const path = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"))
  .filter((p) => p !== "__proto__");
const madeFrom = fc.record({
  version: fc.string(),
  method: fc.constantFrom("pg_upgrade" as const, "dump" as const),
  repo: fc.string(),
  bundle: fc.string(),
});
const manifest: fc.Arbitrary<Manifest> = fc.record(
  {
    version: fc.string(),
    clean: fc.boolean(),
    emptyFolders: fc.array(path),
    modes: fc.dictionary(path, fc.integer({ min: 0, max: 0o777 })),
    madeFrom,
  },
  { requiredKeys: ["version", "clean", "emptyFolders", "modes"] },
);

test("a manifest comes back as it was written", () => {
  fc.assert(
    fc.property(manifest, (m) =>
      expect(parseManifest(formatManifest(m))).toEqual({ ...m, modes: { ...m.modes } }),
    ),
  );
});

test.each(["", "/etc", "../x", "a/../b", "a//b", "a/", ".", "a\0b"])(
  "the path %j does not stay inside",
  (name) => {
    expect(isInside(name)).toBe(false);
  },
);

const whole = { format: 1, version: "15.1", clean: true, emptyFolders: [], modes: {} };

test.each([
  ["an empty folder outside", { ...whole, emptyFolders: ["../../etc"] }],
  ["an empty folder that is no text", { ...whole, emptyFolders: [1] }],
  ["a mode outside", { ...whole, modes: { "/etc/passwd": "666" } }],
  ["a mode with the set-uid bit", { ...whole, modes: { x: "4755" } }],
  ["a mode as a number", { ...whole, modes: { x: 420 } }],
  ["a format of the future", { ...whole, format: 2 }],
  ["no version", { ...whole, version: undefined }],
])("a manifest with %s is not believed", (_what, value) => {
  expect(parseManifest(JSON.stringify(whole))).toBeDefined();
  expect(parseManifest(JSON.stringify(value))).toBeUndefined();
});

test("text that is no manifest is none", () => {
  fc.assert(fc.property(fc.string(), (text) => expect(parseManifest(text)).toBeUndefined()));
});

test("the message of an upgraded bundle says what it was made from", () => {
  expect(provenance({ version: "13.16", method: "dump", repo: "r", bundle: "B" })).toBe(
    "upgraded from Postgres 13.16, bundle B of r, by dump and restore",
  );
});
