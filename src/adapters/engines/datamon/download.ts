import { join } from "node:path";
import { downloadArgv } from "../../../core/datamon-argv.ts";
import { RECORD_FOLDER } from "../../../core/storage/keys.ts";
import { KnownError, toKnownError } from "../../../core/errors.ts";
import type { Downloaded, DownloadRequest, Milliseconds, Progress, Report } from "../../../ports.ts";
import { settledWithin } from "../../settled-within.ts";
import { commandFailure, type DatamonCommand, succeeded } from "./command.ts";
import { describeBundle } from "./describe.ts";
import { diagnosed } from "./labels.ts";
import { measureFileLists, measureFolder } from "./measure.ts";
import { alreadyThere } from "./present.ts";
import { Staging } from "./staging.ts";
import { runTransfer } from "./transfer.ts";
import { bundleIn, type VerifyBundleFolder } from "./verify.ts";

export interface DownloadSetup {
  readonly command: DatamonCommand;
  readonly verify: VerifyBundleFolder;
  readonly stall: Milliseconds;
  readonly attempts: number;
  /** Before the second attempt; each further one waits twice as long. */
  readonly pause: Milliseconds;
}

type Request = DownloadRequest & { readonly commandFlags: readonly string[] };

/**
 * Downloads into a staging folder, verifies, and only then moves the files to the destination; what fails is wiped
 * and tried again from the start. A destination that already holds the bundle, whole, is left as it is.
 */
export async function download(
  setup: DownloadSetup,
  request: Request,
  report: Report,
  signal: AbortSignal,
): Promise<Downloaded> {
  const staging = new Staging(request.destination);
  const present = await staging.prepare();
  if (present.length > 0) return alreadyThere(setup, request, present, signal);
  try {
    const done = await attempts(setup, request, staging, report, signal);
    await staging.publish();
    report({ files: done.files, totalFiles: done.files, bytes: done.bytes, totalBytes: done.bytes });
    return done;
  } catch (error) {
    const { log } = setup.command.setup;
    // Its name says that it is not complete, and the next attempt wipes it: the first failure is the one to tell.
    await staging
      .remove()
      .catch((cause: unknown) => log.warn("a failed download stays behind", { error: cause }));
    throw error;
  }
}

async function attempts(
  setup: DownloadSetup,
  request: Request,
  staging: Staging,
  report: Report,
  signal: AbortSignal,
): Promise<Downloaded> {
  const { log } = setup.command.setup;
  for (let attempt = 1, pause = setup.pause; ; attempt++, pause *= 2) {
    try {
      return await oneAttempt(setup, request, staging, report, signal);
    } catch (error) {
      const failure = toKnownError(error);
      if (failure.kind !== "transfer" || attempt >= setup.attempts || signal.aborted) throw failure;
      log.warn("download failed, trying again from the start", {
        attempt,
        of: setup.attempts,
        error: failure,
      });
      await pauseFor(pause, signal);
    }
  }
}

async function oneAttempt(
  setup: DownloadSetup,
  request: Request,
  staging: Staging,
  report: Report,
  signal: AbortSignal,
): Promise<Downloaded> {
  const { command, verify, stall } = setup;
  const { repo, ref, commandFlags: flags } = request;
  const what = `download ${describeBundle(repo, ref)}`;
  await staging.clear();
  const argv = downloadArgv(request, staging.folder, flags);
  const measure = (): Promise<Progress | undefined> => measured(staging.folder, repo);
  const finished = await runTransfer(
    command,
    { verb: "download", argv, what, stall, measure },
    report,
    signal,
  );
  if (!succeeded(finished)) {
    throw await diagnosed(commandFailure(what, finished), command, { repo, ref, flags }, signal);
  }
  const bundle = await bundleIn(staging.folder, repo, flags);
  if (bundle === undefined || (ref.type === "id" && bundle.id !== ref.id)) {
    throw new KnownError("transfer", `cannot ${what}: datamon exited with code 0 but left no such bundle`);
  }
  const { files, bytes } = await verify(bundle, signal);
  return { id: bundle.id, files, bytes };
}

async function measured(folder: string, repo: string): Promise<Progress | undefined> {
  const bundle = await bundleIn(folder, repo).catch(() => undefined);
  if (bundle === undefined) return undefined;
  const total = await measureFileLists(join(folder, RECORD_FOLDER), bundle.id);
  const done = await measureFolder(folder, new Set([RECORD_FOLDER]));
  return { files: done.files, totalFiles: total.files, bytes: done.bytes, totalBytes: total.bytes };
}

/** Shorter when `signal` aborts; whoever goes on then finds out by itself. */
async function pauseFor(duration: Milliseconds, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const wake = (): void => aborted.resolve();
  signal.addEventListener("abort", wake, { once: true });
  await settledWithin(aborted.promise, duration);
  signal.removeEventListener("abort", wake);
}
