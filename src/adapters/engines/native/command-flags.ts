import { type Flags, flagValue } from "../../../core/datamon-argv.ts";
import { nameFilterOf } from "../name-filter.ts";

/**
 * What flags written for the datamon command say about the place and the content of a transfer. All others tell
 * the command how to work, and have no meaning here.
 */
export function placeIn(flags: Flags = []): { config?: string; context?: string } {
  const config = flagValue(flags, "--config");
  const context = flagValue(flags, "--context");
  return { ...(config === undefined ? {} : { config }), ...(context === undefined ? {} : { context }) };
}

/** Errors: `configuration` when the filter is no regular expression. */
export function wantedIn(flags: Flags = []): { nameFilter?: RegExp } {
  const pattern = flagValue(flags, "--name-filter");
  return pattern === undefined ? {} : { nameFilter: nameFilterOf(pattern) };
}

export function offeredIn(flags: Flags = []): { files?: string; skipOnError?: boolean } {
  const files = flagValue(flags, "--files");
  const skipOnError = flagValue(flags, "--skip-on-error") === "true";
  return { ...(files === undefined ? {} : { files }), ...(skipOnError ? { skipOnError } : {}) };
}
