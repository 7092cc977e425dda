/**
 * Arguments of the `datamon` command, version 2.6.9. A flag given twice counts as last given, so what the
 * settings ask for stands after our defaults.
 */
import { KnownError } from "./errors.ts";

/** Flags as single words, a value after `=`: `--cache-size=50MB`, `--skip-auth`. */
export type Flags = readonly string[];

/** Which bundle: the id, or the label, or (neither) the newest one. */
type Ref =
  | { readonly type: "id"; readonly id: string }
  | { readonly type: "label"; readonly label: string }
  | { readonly type: "latest" };

/** Every command takes these; the `label` commands take no other of the flags a setting may hold. */
const COMMON_FLAGS: ReadonlySet<string> = new Set([
  "--config",
  "--context",
  "--loglevel",
  "--metrics",
  "--metrics-url",
]);

/**
 * Flags the sidecar sets itself, or that would take the outcome out of its hands: `--daemonize` loses the
 * environment, `--upgrade` replaces the program, `--format` hides the bundle id, `--force-dest` stalls.
 */
export const MANAGED_FLAGS: ReadonlySet<string> = new Set([
  "--repo",
  "--bundle",
  "--label",
  "--mount",
  "--path",
  "--message",
  "--daemonize",
  "--upgrade",
  "--format",
  "--force-dest",
]);

/** Below 10 downloads hang, and the command's own default of 100 can take 1.8 GiB on upload. */
const CONCURRENCY = "--concurrency-factor=20";

function flagName(flag: string): string {
  return flag.split("=", 1)[0] ?? flag;
}

/** The value of a flag that was given; of several the last. */
export function flagValue(flags: Flags, name: string): string | undefined {
  return flags.findLast((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Errors: `configuration` for a flag that is not the settings' to choose. */
function checked(flags: Flags, ...alsoManaged: string[]): Flags {
  const managed = flags.find(
    (flag) => MANAGED_FLAGS.has(flagName(flag)) || alsoManaged.includes(flagName(flag)),
  );
  if (managed === undefined) return flags;
  throw new KnownError(
    "configuration",
    `cannot run datamon with the extra flag "${managed}": the sidecar decides on ${flagName(managed)} itself`,
    { remedy: "remove it from the flags of the datamon command" },
  );
}

function refArgv(ref: Ref): string[] {
  switch (ref.type) {
    case "id":
      return ["--bundle", ref.id];
    case "label":
      return ["--label", ref.label];
    case "latest":
      return [];
  }
}

export function downloadArgv(
  bundle: { readonly repo: string; readonly ref: Ref },
  destination: string,
  flags: Flags,
): string[] {
  const what = ["--repo", bundle.repo, ...refArgv(bundle.ref), "--destination", destination];
  return ["bundle", "download", ...what, CONCURRENCY, ...checked(flags, "--destination")];
}

/** `--verify-blob-hash`: a retry inside datamon re-sends a consumed reader and may store an empty object. */
export function uploadArgv(
  bundle: { readonly repo: string; readonly path: string; readonly message: string; readonly label?: string },
  flags: Flags,
): string[] {
  const label = bundle.label === undefined ? [] : ["--label", bundle.label];
  const what = ["--repo", bundle.repo, "--path", bundle.path, "--message", bundle.message, ...label];
  return ["bundle", "upload", ...what, "--verify-blob-hash", CONCURRENCY, ...checked(flags)];
}

/**
 * The foreground form: `--daemonize` would drop the environment and escape supervision. Here `--destination` is the
 * folder of a cache, and free to choose.
 */
export function mountArgv(
  bundle: { readonly repo: string; readonly ref: Ref },
  mountPoint: string,
  flags: Flags,
): string[] {
  const what = ["--mount", mountPoint, "--repo", bundle.repo, ...refArgv(bundle.ref)];
  return ["bundle", "mount", "--stream", ...what, CONCURRENCY, ...checked(flags)];
}

export function labelGetArgv(repo: string, label: string, flags: Flags): string[] {
  return ["label", "get", "--repo", repo, "--label", label, ...commonOnly(flags)];
}

export function labelSetArgv(repo: string, label: string, id: string, flags: Flags): string[] {
  return ["label", "set", "--repo", repo, "--label", label, "--bundle", id, ...commonOnly(flags)];
}

/** `--skip-auth` is understood by every `bundle` command, so it is kept here and not for labels. */
export function bundleGetArgv(repo: string, id: string, flags: Flags): string[] {
  const kept = flags.filter((flag) => COMMON_FLAGS.has(flagName(flag)) || flagName(flag) === "--skip-auth");
  return ["bundle", "get", "--repo", repo, "--bundle", id, ...kept];
}

function commonOnly(flags: Flags): Flags {
  return flags.filter((flag) => COMMON_FLAGS.has(flagName(flag)));
}
