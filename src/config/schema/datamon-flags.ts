/** The flags of the `datamon` command (v2.6.9) that can be set, and which of its commands take them. */
import { text, wholeNumber, yesNo } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { optional } from "./setting.ts";
import type { Setting } from "./setting.ts";

export type DatamonCommand = "mount" | "download" | "upload";

export interface DatamonFlag {
  /** Our key: `datamonCacheSize`. */
  readonly key: string;
  /** Its name without dashes: `cache-size`. */
  readonly name: string;
  readonly commands: readonly DatamonCommand[];
  readonly setting: Setting;
  readonly form: Kind<unknown>["form"];
  /**
   * What it is about: which files are moved, where they are, or how the command works. The native engine obeys the
   * first two (`adapters/engines/native/command-flags.ts`); the third has no meaning for it.
   */
  readonly concerns: "content" | "place" | "manner";
}

const EVERY: readonly DatamonCommand[] = ["mount", "download", "upload"];

/** Below 10 datamon's downloads hang. */
const LEAST_CONCURRENCY = 10;

export const DATAMON_FLAGS: readonly DatamonFlag[] = [
  flag("context", EVERY, text(), "Context of datamon.", { key: "context", concerns: "place" }),
  flag("config", EVERY, text(), "Bucket holding datamon's configuration.", {
    key: "configBucket",
    concerns: "place",
  }),
  flag("loglevel", EVERY, text(), "Log level of datamon itself."),
  flag("metrics", EVERY, yesNo(), "Whether datamon sends metrics."),
  flag("metrics-url", EVERY, text("URL"), "Where datamon sends metrics."),
  flag("skip-auth", EVERY, yesNo(), "Whether datamon goes without credentials."),
  flag("destination", ["mount"], text("folder"), "Where a mount keeps its cache when it does not stream.", {
    key: "datamonCacheFolder",
  }),
  flag("stream", ["mount"], yesNo(), "Whether a mount fetches content when it is read."),
  flag("cache-size", ["mount"], text("size"), "Memory for the cache of a mount."),
  flag("prefetch", ["mount"], wholeNumber(0, 100_000), "Leaves a mount fetches ahead."),
  flag("name-filter", ["download"], text("pattern"), "Only files whose name matches.", {
    concerns: "content",
  }),
  flag("files", ["upload"], text("file"), "A file that names the files to upload, one a line.", {
    concerns: "content",
  }),
  flag(
    "skip-on-error",
    ["upload"],
    yesNo(),
    "Whether files that cannot be read are left out; the native engine names each in the log, and the upload counts as done.",
    { concerns: "content" },
  ),
  flag("retry", ["upload"], yesNo(), "Whether datamon tries a failed upload again."),
  flag("verify-hash", EVERY, yesNo(), "Whether datamon checks hashes."),
  flag("verify-blob-hash", ["upload"], yesNo(), "Whether datamon reads back the blobs it has written."),
  flag("concurrency-factor", EVERY, wholeNumber(LEAST_CONCURRENCY, 10_000), "How much datamon does at once."),
];

/** Flags that the sidecar decides itself: accepted in old specs, without effect. */
export const OWN_FLAGS: readonly string[] = ["format", "daemonize", "force-dest"];

/** Flags that must not be used, and the way out. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  upgrade: "install the version you want in the image instead",
  "metrics-user": "set DATAMON_METRICS_USER instead: datamon does not take the flag",
  "metrics-password": "set DATAMON_METRICS_PASSWORD instead: datamon does not take the flag",
};

/** The settings for the flags that at least one of the commands takes. */
export function datamonSettings(commands: readonly DatamonCommand[]): Readonly<Record<string, Setting>> {
  const taken = DATAMON_FLAGS.filter((known) => known.commands.some((command) => commands.includes(command)));
  return Object.fromEntries(taken.map((known) => [known.key, known.setting]));
}

function flag(
  name: string,
  commands: readonly DatamonCommand[],
  kind: Kind<unknown>,
  description: string,
  options: { key?: string; concerns?: DatamonFlag["concerns"] } = {},
): DatamonFlag {
  const concerns = options.concerns ?? "manner";
  const scope = concerns === "manner" ? "Not for the native engine. " : "";
  const passed = `${description} ${scope}Passed to \`datamon bundle ${commands.join("|")}\` as \`--${name}\`.`;
  return {
    key:
      options.key ??
      `datamon${name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
    name,
    commands,
    setting: optional(kind, passed),
    form: kind.form,
    concerns,
  };
}
