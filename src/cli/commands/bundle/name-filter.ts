import { KnownError } from "../../../core/errors.ts";

export const filterArg = {
  "name-filter": {
    type: "string",
    valueHint: "regex",
    description: "Only files whose name it matches somewhere",
  },
} as const;

/** Errors: `usage` when it is no regular expression. */
export function nameFilterOf(pattern: string | undefined): { nameFilter?: RegExp } {
  if (pattern === undefined) return {};
  try {
    return { nameFilter: new RegExp(pattern, "u") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KnownError("usage", `cannot use --name-filter ${JSON.stringify(pattern)}: ${why}`, {
      cause: error,
    });
  }
}
