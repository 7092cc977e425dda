import type { Environment } from "../../../core/child-environment.ts";
import type { Flags } from "../../../core/datamon-argv.ts";
import type { BundleEngine, Log, Milliseconds } from "../../../ports.ts";
import { createMounts, type Mounts } from "../../mounts.ts";
import { run as realRun, type Run, spawnSupervised, type SpawnSupervised } from "../../processes.ts";
import { commandFailure, DatamonCommand, succeeded } from "./command.ts";
import { download } from "./download.ts";
import { mount } from "./mount.ts";
import { clearedMountPoint } from "./mount-point.ts";
import { upload } from "./upload.ts";
import type { VerifyBundleFolder } from "./verify.ts";

export interface DatamonEngineOptions {
  /** Name or path of the command. */
  readonly command: string;
  /** Folder for the command's full logs. */
  readonly logDirectory: string;
  /** Flags for every call, before those of a request: `--context=dev`, `--skip-auth`. */
  readonly globalFlags: Flags;
  readonly verify: VerifyBundleFolder;
  readonly log: Log;
  readonly env?: Environment;
  readonly run?: Run;
  readonly spawn?: SpawnSupervised;
  readonly mounts?: Mounts;
  readonly limits?: Partial<DatamonLimits>;
}

export interface DatamonLimits {
  /** A transfer that moves no data for so long is given up. */
  readonly stall: Milliseconds;
  /** A mount that takes longer to become ready is given up. */
  readonly ready: Milliseconds;
  /** Between asking a process to end and killing it. */
  readonly grace: Milliseconds;
  /** Attempts at a download, the first one included. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one. */
  readonly pause: Milliseconds;
}

const LIMITS: DatamonLimits = { stall: 600_000, ready: 300_000, grace: 10_000, attempts: 3, pause: 2000 };

export interface DatamonEngine extends BundleEngine {
  /**
   * Runs `datamon config create …`, as old pod specs ask for before anything else; `words` is all that follows the
   * command's name. Errors: `configuration` when it fails, `stopped`, `system`.
   */
  configure(words: readonly string[], signal: AbortSignal): Promise<void>;
  /** Takes away a mount that a killed predecessor left at `mountPoint`. Errors: `system`. */
  clear(mountPoint: string): Promise<void>;
}

/** Moves bundles by the `datamon` command, never believing that a download is whole before `verify` has said so. */
export function createDatamonEngine(options: DatamonEngineOptions): DatamonEngine {
  const { log, verify, globalFlags } = options;
  const env = options.env ?? process.env;
  const limits = { ...LIMITS, ...options.limits };
  const run = options.run ?? realRun;
  const command = new DatamonCommand({
    command: options.command,
    env,
    logDirectory: options.logDirectory,
    grace: limits.grace,
    log,
    run,
  });
  const setup = {
    ...limits,
    command,
    verify,
    spawn: options.spawn ?? spawnSupervised,
    mounts: options.mounts ?? createMounts({ env, run }),
  };
  const withFlags = <T extends { readonly commandFlags?: Flags }>(
    request: T,
  ): T & { readonly commandFlags: Flags } => ({
    ...request,
    commandFlags: [...globalFlags, ...(request.commandFlags ?? [])],
  });
  return {
    name: "datamon",
    download: (request, report, signal) => download(setup, withFlags(request), report, signal),
    upload: (request, report, signal) => upload(setup, withFlags(request), report, signal),
    mount: (request, signal) => mount(setup, withFlags(request), signal),
    clear: (mountPoint) => clearedMountPoint(mountPoint, setup.mounts, log),
    async configure(words, signal) {
      const finished = await command.run("config", words, { signal });
      if (!succeeded(finished))
        throw commandFailure(`run "datamon ${words.join(" ")}"`, finished, "configuration");
    },
  };
}
