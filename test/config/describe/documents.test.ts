import { expect, test } from "bun:test";
import { settingsJsonSchema } from "../../../src/config/describe/json-schema.ts";
import { settingsMarkdown } from "../../../src/config/describe/markdown.ts";
import { variableOf } from "../../../src/config/naming.ts";
import { EVERY_GROUP, EVERY_SETTING } from "../../../src/config/schema/roles.ts";

test("the page names every setting with its variable", () => {
  const page = settingsMarkdown();
  for (const key of Object.keys(EVERY_SETTING)) {
    expect(page).toContain(`| \`${key}\` |`);
    expect(page).toContain(variableOf(key));
  }
  for (const group of EVERY_GROUP) expect(page).toContain(`## \`${group.key}\``);
});

test("the JSON Schema knows every key and no other", () => {
  const schema = settingsJsonSchema() as {
    properties: Record<string, unknown>;
    additionalProperties: unknown;
    required: string[];
  };
  const keys = [...Object.keys(EVERY_SETTING), ...EVERY_GROUP.map(({ key }) => key)];
  expect(Object.keys(schema.properties).toSorted()).toEqual(keys.toSorted());
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual([]);
});
