import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { integerAt, objectAt, objectsAt, oneOf, parseObject, stringAt } from "../../src/core/json.ts";

test("only an object is an object", () => {
  for (const text of ["", "null", "1", '"x"', "[]", "[{}]", "{", "{}x"])
    expect(parseObject(text)).toBeUndefined();
  expect(parseObject('{"a":1}')).toEqual({ a: 1 });
});

test("an accessor answers undefined for what is not of its type", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const object = { value };
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      expect(stringAt(object, "value")).toBe(typeof value === "string" ? value : undefined);
      expect(integerAt(object, "value")).toBe(Number.isSafeInteger(value) ? (value as number) : undefined);
      expect(objectAt(object, "value") !== undefined).toBe(isObject);
      if (!Array.isArray(value)) expect(objectsAt(object, "value")).toBeUndefined();
    }),
  );
});

test("what an object inherits is not its own", () => {
  for (const key of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    expect(stringAt({}, key)).toBeUndefined();
    expect(integerAt({}, key)).toBeUndefined();
    expect(objectAt({}, key)).toBeUndefined();
    expect(objectsAt({}, key)).toBeUndefined();
  }
});

test("a list with one entry that is no object is no list of objects", () => {
  expect(objectsAt({ list: [{}, 1] }, "list")).toBeUndefined();
  expect(objectsAt({ list: [{}, {}] }, "list")).toHaveLength(2);
});

test("one of the choices is taken, anything else is not", () => {
  expect(oneOf(["a", "b"], "b")).toBe("b");
  expect(oneOf(["a", "b"], "c")).toBeUndefined();
  expect(oneOf(["a", "b"], undefined)).toBeUndefined();
});
