import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseDocument } from "yaml";
import {
  entriesOf,
  type Entry,
  entryFault,
  fileListItems,
  fileListText,
} from "../../../src/core/storage/file-list.ts";

const HASH = "0123456789abcdef".repeat(8);

const hash = fc
  .array(fc.constantFrom(..."0123456789abcdef"), { minLength: 128, maxLength: 128 })
  .map((h) => h.join(""));
const name = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed());
const entries = fc.array(fc.record({ name, hash, size: fc.nat() }), { maxLength: 20 });

/** As a YAML parser reads a whole list. */
function parsedByYaml(text: string): Entry[] | string {
  return entriesOf(yaml(text));
}

/** As the adapters read it: item by item, by YAML where it must be. */
function parsedByItem(text: string): Entry[] | string {
  const entries: Entry[] = [];
  for (const item of fileListItems(text) ?? []) {
    const read = typeof item === "string" ? entriesOf({ BundleEntries: yaml(item) }) : [item];
    if (typeof read === "string") return read;
    entries.push(...read);
  }
  return entries;
}

function yaml(text: string): unknown {
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false });
  const fault = document.errors[0] ?? document.warnings[0];
  return fault === undefined ? document.toJS() : fault.message;
}

test("whatever is written reads back the same", () => {
  fc.assert(
    fc.property(entries, (list) => {
      const text = fileListText(list);
      expect(parsedByYaml(text)).toEqual(list);
      expect(parsedByItem(text)).toEqual(list);
    }),
    { numRuns: 1000 },
  );
});

test("what is read item by item is what a YAML parser reads from the whole", () => {
  const line = fc.constantFrom(
    "BundleEntries:",
    `- hash: ${HASH}`,
    "  name: a/b.txt",
    "  name: a # b",
    "  name: 'it''s'",
    "  name: 'a'b'",
    "  name: a:",
    "  name: a ",
    "  name: yes",
    '  name: "a\\n"',
    "  name: &a b",
    "  name: !!binary YQ==",
    "    folded",
    "  mode: 0",
    "  size: 7",
    "  generation: 3",
    "",
    "---",
  );
  const item = fc.tuple(
    fc.constant(`- hash: ${HASH}`),
    line,
    fc.constant("  mode: 0"),
    fc.constant("  size: 7"),
  );
  const text = fc
    .array(
      fc.oneof(
        item.map((lines) => lines.join("\n")),
        line,
      ),
      { maxLength: 8 },
    )
    .map((parts) => `BundleEntries:\n${parts.join("\n")}\n`);
  fc.assert(
    fc.property(text, (list) => {
      const read = parsedByItem(list);
      if (typeof read !== "string" && fileListItems(list) !== undefined) {
        expect(parsedByYaml(list)).toEqual(read);
      }
    }),
    { numRuns: 10_000 },
  );
});

test("an ordinary list is read the fast way", () => {
  const list = [
    { name: "a/b.txt", hash: HASH, size: 1 },
    { name: "it's: so", hash: HASH, size: 999_999_999_999 },
  ];
  expect([...(fileListItems(fileListText(list)) ?? [])]).toEqual(list);
});

test("an empty list is written and read", () => {
  expect(fileListItems(fileListText([]))).toEqual([]);
  expect(parsedByYaml(fileListText([]))).toEqual([]);
});

test.each([
  ["a scalar", "nothing"],
  ["null", null],
  ["no entries", {}],
  ["entries that are no list", { BundleEntries: { a: "b" } }],
  ["an entry that is a scalar", { BundleEntries: ["a"] }],
  ["an entry without name", { BundleEntries: [{ hash: HASH, size: "1" }] }],
  ["an entry without hash", { BundleEntries: [{ name: "a", size: "1" }] }],
  ["an entry with a negative size", { BundleEntries: [{ name: "a", hash: HASH, size: "-1" }] }],
])("%s is refused as a file list", (_, document) => {
  expect(entriesOf(document)).toBeString();
});

test.each([
  [{ name: "../x", hash: HASH, size: 1 }, "the name"],
  [{ name: "x", hash: HASH.toUpperCase(), size: 1 }, "the hash"],
  [{ name: "x", hash: "../../x", size: 1 }, "the hash"],
  [{ name: "x", hash: HASH, size: 2 ** 53 }, "the size"],
])("%p is refused", (entry, why) => {
  expect(entryFault(entry, 2_097_152)).toStartWith(why);
});
