import { dependencies, version } from "../../package.json";

/** Put in by the build (`scripts/build/brain.ts`). */
declare const DATAMON_SIDECAR_COMMIT: string | undefined;

/** What `version` prints: enough to find the source of a binary again. */
export function versionInfo(): {
  readonly version: string;
  readonly commit: string;
  readonly bun: string;
  readonly target: string;
  /** Name and version of each package that was built in; `package.json` pins them exactly. */
  readonly packages: Readonly<Record<string, string>>;
} {
  const commit = typeof DATAMON_SIDECAR_COMMIT === "undefined" ? "unknown" : DATAMON_SIDECAR_COMMIT;
  return {
    version,
    commit,
    bun: Bun.version,
    target: `${process.platform}-${process.arch}`,
    packages: dependencies,
  };
}
