import { nameFilterOf } from "../../../adapters/engines/name-filter.ts";

export const filterArg = {
  "name-filter": {
    type: "string",
    valueHint: "regex",
    description: "Only files whose name it matches somewhere",
  },
} as const;

/** Errors: `usage` when it is no regular expression. */
export function nameFilterIn(pattern: string | undefined): { nameFilter?: RegExp } {
  return pattern === undefined ? {} : { nameFilter: nameFilterOf(pattern, "usage") };
}
