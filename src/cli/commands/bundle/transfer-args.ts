import { concurrencyArg, refArgs, repoArg, storeArgs } from "../storage.ts";
import { filterArg } from "./name-filter.ts";

/** Flags of whatever goes through the files of a bundle. */
export const transferArgs = {
  repo: repoArg,
  ...refArgs,
  ...filterArg,
  ...concurrencyArg,
  ...storeArgs,
} as const;
