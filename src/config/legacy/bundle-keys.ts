/** The keys of a bundle in the old dialects: `sp` in dictionaries, `srcPath` in YAML, and what we call them. */
export interface LegacyBundleKey {
  readonly short: string;
  readonly long: string;
  readonly group: "sources" | "destinations";
  readonly key: string;
}

export const LEGACY_BUNDLE_KEYS: readonly LegacyBundleKey[] = [
  { short: "sp", long: "srcPath", group: "sources", key: "path" },
  { short: "sr", long: "srcRepo", group: "sources", key: "repo" },
  { short: "sl", long: "srcLabel", group: "sources", key: "label" },
  { short: "sb", long: "srcBundle", group: "sources", key: "bundle" },
  { short: "dp", long: "destPath", group: "destinations", key: "path" },
  { short: "dr", long: "destRepo", group: "destinations", key: "repo" },
  { short: "dm", long: "destMessage", group: "destinations", key: "message" },
  { short: "dl", long: "destLabel", group: "destinations", key: "label" },
  { short: "dif", long: "destBundleID", group: "destinations", key: "idFile" },
];

/** The keys that apply to the whole sidecar. One without a key of ours was never used by it. */
export interface LegacyGlobalKey {
  readonly short: string;
  readonly long: string;
  readonly key?: string;
}

export const LEGACY_GLOBAL_KEYS: readonly LegacyGlobalKey[] = [
  { short: "S", long: "sleepInsteadOfExit", key: "sleepInsteadOfExit" },
  { short: "c", long: "coordPoint", key: "coordPoint" },
  { short: "b", long: "configBucketName" },
  { short: "a", long: "contextName" },
];
