import { datamonSettings } from "./datamon-flags.ts";
import { choice, text, textThat, wholeNumber } from "./kinds.ts";
import { optional, withDefault } from "./setting.ts";

/** Settings of everything that moves bundles. */
export const transferSettings = {
  engine: withDefault(
    choice(["auto", "native", "datamon"]),
    "auto",
    "`native` moves bundles by itself, `datamon` drives the datamon command, `auto` takes the command when it is on PATH.",
  ),
  store: optional(textThat("URL", storeReason), "Where the native engine finds the buckets.", {
    example: "file:///data/store",
  }),
  context: optional(text(), "Context of datamon, for either engine; the command gets it as `--context`."),
  configBucket: optional(
    text(),
    "Bucket holding datamon's configuration, for either engine; the command gets it as `--config`.",
  ),
  contributorName: optional(text(), "Name of the contributor written into new bundles by the native engine."),
  contributorEmail: optional(text(), "Mail address of that contributor."),
  parallel: withDefault(wholeNumber(1, 64), "4", "How many bundles are moved at the same time."),
  logDirectory: withDefault(text("folder"), "/tmp", "Folder for the full logs of commands."),
};

/** Every flag of the datamon command, as the default of all bundles. */
export const datamonDefaults = datamonSettings(["mount", "download", "upload"]);

function storeReason(url: string): string | undefined {
  return /^file:\/\/\/./.test(url) ? undefined : "is not the address of a folder; write file:///data/store";
}
