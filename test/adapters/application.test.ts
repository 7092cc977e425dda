import { expect, test } from "bun:test";
import { createApplication } from "../../src/adapters/application.ts";
import { KnownError } from "../../src/core/errors.ts";

// What it does with a launcher is tested in test/launcher, on real processes.
test("without a launcher there is no application, and the error says what to call instead", () => {
  expect(() => createApplication(undefined, 1)).toThrow(
    expect.objectContaining({ kind: "usage", remedy: expect.stringContaining("wrap_application.sh") }),
  );
  expect(() => createApplication(undefined, 1)).toThrow(KnownError);
});
