import { expect, test } from "bun:test";
import fc from "fast-check";
import { NameLedger } from "../../../src/core/storage/name-ledger.ts";

test("a name listed twice is a clash", () => {
  const ledger = new NameLedger([1, 2]);
  expect(ledger.add("a/b")).toBeUndefined();
  expect(ledger.add("a/b")).toBe("it is listed twice");
});

test("a file that is also a folder is a clash, in either order", () => {
  const first = new NameLedger([1, 2]);
  first.add("a/b/c");
  expect(first.add("a/b")).toBe("it is a file here and a folder elsewhere");
  const second = new NameLedger([1, 2]);
  second.add("a/b");
  expect(second.add("a/b/c")).toBe("it lies in a folder that is a file elsewhere");
});

test("it knows what it was given, like a list of all names", () => {
  const name = fc
    .array(fc.constantFrom("a", "b", "cc", "ü"), { minLength: 1, maxLength: 4 })
    .map((p) => p.join("/"));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 30 }), name, (names, asked) => {
      const ledger = new NameLedger([1, 2]);
      const files = new Set<string>();
      const folders = new Set<string>();
      for (const each of names) {
        const above = each
          .split("/")
          .map((_, i, parts) => parts.slice(0, i).join("/"))
          .slice(1);
        const clash = files.has(each) || folders.has(each) || above.some((folder) => files.has(folder));
        expect(ledger.add(each) !== undefined).toBe(clash);
        if (clash) return;
        files.add(each);
        for (const folder of above) folders.add(folder);
      }
      expect(ledger.hasFile(asked)).toBe(files.has(asked));
    }),
    { numRuns: 500 },
  );
});

test("300,000 names that are much alike do not clash", () => {
  const ledger = new NameLedger([1, 2]);
  for (let i = 0; i < 300_000; i++) {
    const fault = ledger.add(`many/${i % 1000}/f${i}.txt`);
    if (fault !== undefined) throw new Error(`${i}: ${fault}`);
  }
  expect(ledger.hasFile("many/7/f7.txt")).toBe(true);
  expect(ledger.hasFile("many/7/f8.txt")).toBe(false);
});
