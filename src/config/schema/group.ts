import type { Settings } from "./setting.ts";

/**
 * A list of named things in the file (`sources:`), whose values are also flags and variables:
 * `--source NAME.KEY=VALUE`, `SIDECAR_SOURCE_NAME_KEY`. A key that is also a setting of the role takes its
 * default from there.
 */
export interface Group {
  readonly key: "sources" | "destinations" | "databases";
  readonly singular: string;
  readonly description: string;
  readonly settings: Settings;
}
