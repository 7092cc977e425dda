import { oneLine, toKnownError } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { Damage } from "./observation.ts";

/** An error met while using the coordination directory, as the state machines take it. */
export function damageOf(error: unknown): Damage {
  const known = toKnownError(error);
  return { cause: oneLine(known), exitCode: EXIT_CODES[known.kind] };
}
