import { expect, test } from "bun:test";
import fc from "fast-check";
import { fieldTemplate } from "../../src/core/field-template.ts";
import { KnownError } from "../../src/core/errors.ts";

const NAMES = ["ID", "Message"] as const;
const VALUES = { ID: "3MN", Message: "{{.ID}} $& it's" };

test.each([
  ["{{.ID}}", "3MN"],
  ["{{ .ID }}\t{{.Message}}!", "3MN\t{{.ID}} $& it's!"],
  ["{.ID} }} plain", "{.ID} }} plain"],
  ["", ""],
])("%j is filled as datamon would", (template, filled) => {
  expect(fieldTemplate(template, NAMES)(VALUES)).toBe(filled);
});

test.each([
  "{{.Nope}}",
  "{{.id}}",
  "{{ID}}",
  "{{- .ID -}}",
  "{{if .ID}}x{{end}}",
  "{{.ID",
  "{{.ID}} {{",
  "{{.constructor}}",
  "{{}}",
])("%j is refused, naming the fields there are", (template) => {
  expect(() => fieldTemplate(template, NAMES)).toThrow(
    expect.objectContaining({ kind: "usage", remedy: "write {{.ID}}, {{.Message}}, or take --json" }),
  );
});

test("any text is a template or refused", () => {
  const part = fc.constantFrom("{", "}", "{{", "}}", ".ID", " ", "-", ".", "x");
  const template = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(template, (text) => {
      try {
        expect(fieldTemplate(text, NAMES)(VALUES)).toBeString();
      } catch (error) {
        expect(error).toBeInstanceOf(KnownError);
      }
    }),
    { numRuns: 2000 },
  );
});
