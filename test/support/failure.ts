import { expect } from "bun:test";
import { type ErrorKind, KnownError } from "../../src/core/errors.ts";

/** The error `promise` rejects with, which must be one we can explain, of `kind` when it is given. */
export async function failure(promise: Promise<unknown>, kind?: ErrorKind): Promise<KnownError> {
  const error = await promise.then(
    (value) => new Error(`expected a failure, got ${JSON.stringify(value)}`),
    (cause: unknown) => cause,
  );
  if (!(error instanceof KnownError)) throw error;
  if (kind !== undefined) expect(error).toMatchObject({ kind });
  return error;
}
