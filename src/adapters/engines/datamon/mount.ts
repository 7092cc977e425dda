import { mountArgv } from "../../../core/datamon-argv.ts";
import { KnownError } from "../../../core/errors.ts";
import type { Milliseconds, Mount, MountRequest } from "../../../ports.ts";
import type { Mounts } from "../../mounts.ts";
import type { SpawnSupervised } from "../../processes.ts";
import { settledWithin } from "../../settled-within.ts";
import { commandFailure, type DatamonCommand, logRemedy } from "./command.ts";
import { describeBundle } from "./describe.ts";
import { diagnosed } from "./labels.ts";
import { preparedMountPoint } from "./mount-point.ts";
import { ServedMount } from "./served-mount.ts";

/** The table tells when it changes by poll(2) with POLLPRI, which Bun does not offer; a look takes 50 µs. */
const LOOK_INTERVAL_MS = 20;

export interface MountSetup {
  readonly command: DatamonCommand;
  readonly mounts: Mounts;
  readonly spawn: SpawnSupervised;
  /** How long a mount may take to become ready. */
  readonly ready: Milliseconds;
}

type Request = MountRequest & { readonly commandFlags: readonly string[] };

/** Starts the command in the foreground and waits until the mount table shows its mount while it lives. */
export async function mount(setup: MountSetup, request: Request, signal: AbortSignal): Promise<Mount> {
  const { command, mounts, spawn } = setup;
  const { log, env } = command.setup;
  throwIfStopped(signal);
  const mountPoint = await preparedMountPoint(request.mountPoint, mounts, log);
  const argv = mountArgv(request, mountPoint, request.commandFlags);
  const logFile = command.logFile("mount");
  log.debug("running datamon", { command: command.setup.command, argv: argv.join(" "), logFile });
  const child = await spawn(command.setup.command, argv, { env, logFile });
  const served = new ServedMount({ child, mounts, mountPoint, grace: command.setup.grace, log });
  try {
    await becomesReady(setup, request, served, signal);
  } catch (error) {
    await served
      .release()
      .catch((cause: unknown) => log.warn("a failed mount stays behind", { error: cause }));
    throw error;
  }
  served.watch();
  return served;
}

async function becomesReady(
  setup: MountSetup,
  request: Request,
  served: ServedMount,
  signal: AbortSignal,
): Promise<void> {
  const { repo, ref, commandFlags: flags } = request;
  const what = `mount ${describeBundle(repo, ref)} at "${request.mountPoint}"`;
  const deadline = performance.now() + setup.ready;
  for (;;) {
    throwIfStopped(signal);
    if (served.outcome !== undefined) {
      const failure = commandFailure(what, { ...served.output(), outcome: served.outcome });
      throw await diagnosed(failure, setup.command, { repo, ref, flags }, signal);
    }
    if (served.isMounted()) return;
    if (performance.now() > deadline) throw neverReady(what, setup.ready, served);
    await settledWithin(served.ended, LOOK_INTERVAL_MS);
  }
}

function neverReady(what: string, after: Milliseconds, served: ServedMount): KnownError {
  const message = `cannot ${what}: it is not in the mount table after ${Math.round(after / 1000)} s: ${served.lastWords()}`;
  return new KnownError("transfer", message, logRemedy(served.output()));
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof KnownError) throw signal.reason;
  throw new KnownError("stopped", "stopped mounting on request");
}
