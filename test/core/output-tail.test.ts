import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { OutputTail } from "../../src/core/output-tail.ts";

const encoder = new TextEncoder();

test("lines come whole, however the bytes are cut into chunks", () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from("ab\né𝕏 ")) });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 5 }), (whole, size) => {
      const lines: string[] = [];
      const tail = new OutputTail((line) => lines.push(line));
      const bytes = encoder.encode(whole);
      for (let at = 0; at < bytes.length; at += size) tail.push(bytes.subarray(at, at + size));
      tail.end();
      expect(lines.join("\n")).toBe(whole.endsWith("\n") ? whole.slice(0, -1) : whole);
      expect(tail.text).toBe(whole);
    }),
  );
});

test("only the last 4096 characters are kept", () => {
  const tail = new OutputTail();
  for (let n = 0; n < 100; n++) tail.push(encoder.encode("x".repeat(1000)));
  tail.push(encoder.encode("end"));
  expect(tail.text).toHaveLength(4096);
  expect(tail.text).toEndWith("xend");
});
