import { type ErrorKind, KnownError } from "../../core/errors.ts";

/**
 * A `--name-filter` as an expression: one of Go's (RE2), which are nearly a part of ours; `u` refuses most of the rest
 * instead of taking it for something else. Errors: of `kind`, when it is none.
 */
export function nameFilterOf(pattern: string, kind: ErrorKind = "configuration"): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KnownError(kind, `cannot use --name-filter ${JSON.stringify(pattern)}: ${why}`, {
      cause,
      remedy: "write the pattern with what Go's and JavaScript's regular expressions have in common",
    });
  }
}
