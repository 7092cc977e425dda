import { KnownError } from "../../../core/errors.ts";
import type { Flags } from "../../../core/datamon-argv.ts";
import { showName } from "../../../core/storage/names.ts";
import type { BundleEngine, Report } from "../../../ports.ts";
import { asides, leftOut } from "./asides.ts";
import { offeredIn, placeIn, wantedIn } from "./command-flags.ts";
import { explained } from "./explained.ts";
import { download, type NativeDownloadRequest } from "./download.ts";
import { DEFAULT_CONTRIBUTOR, type NativeEngineOptions, openEngine } from "./options.ts";
import type { Opened } from "./transfer.ts";
import { type NativeUploaded, type NativeUploadRequest, upload } from "./upload.ts";
import { verify, type Verified, type VerifyRequest } from "./verify.ts";

export { newBundleId } from "./new-bundle-id.ts";

/** Reads and writes datamon's storage model by itself. */
export interface NativeEngine extends BundleEngine {
  readonly name: "native";
  download(
    request: NativeDownloadRequest,
    report: Report,
    signal: AbortSignal,
  ): ReturnType<BundleEngine["download"]>;
  upload(request: NativeUploadRequest, report: Report, signal: AbortSignal): Promise<NativeUploaded>;
  verify(request: VerifyRequest, report: Report, signal: AbortSignal): Promise<Verified>;
}

/**
 * The store is opened with the first transfer; its errors come from there. Flags written for the datamon command
 * that say what is moved are obeyed: the context and its bucket, the name filter, the list of files, skipping.
 */
export function createNativeEngine(options: NativeEngineOptions): NativeEngine {
  const openings = new Map<string, Promise<Opened>>();
  const opened = async (flags?: Flags) => {
    const place = { config: options.config, context: options.context, ...placeIn(flags) };
    const key = JSON.stringify(place);
    const opening = openings.get(key) ?? openEngine({ ...options, ...placeIn(flags) });
    openings.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      // What was missing may be there at the next attempt.
      openings.delete(key);
      throw error;
    }
  };
  const settings = {
    contributor: options.contributor ?? DEFAULT_CONTRIBUTOR,
    compare: options.compare ?? "bytes",
    now: options.now ?? Date.now,
  };
  return {
    name: "native",
    download: (request, report, signal) =>
      explaining(`download to ${showName(request.destination)}`, async () => {
        const wanted = { ...wantedIn(request.commandFlags), ...request };
        return download(await opened(request.commandFlags), wanted, report, signal);
      }),
    upload: (request, report, signal) =>
      explaining(`upload ${showName(request.path)}`, async () => {
        const offered = { ...offeredIn(request.commandFlags), ...request };
        const done = await upload(await opened(request.commandFlags), offered, settings, report, signal);
        for (const line of asides(done)) options.log?.info(line, { bundle: done.id });
        for (const line of leftOut(done)) options.log?.warn(line, { bundle: done.id });
        return done;
      }),
    verify: (request, report, signal) =>
      explaining(`verify ${showName(request.folder ?? request.repo)}`, async () =>
        verify(await opened(), request, report, signal),
      ),
    mount: (request) => Promise.reject(cannotMount(request.mountPoint)),
  };
}

async function explaining<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(what, error);
  }
}

function cannotMount(mountPoint: string): KnownError {
  return new KnownError(
    "configuration",
    `cannot mount at ${JSON.stringify(mountPoint)}: the native engine does not mount`,
    {
      remedy: "use `mode: download`, or the `datamon` engine with the datamon command on PATH",
    },
  );
}
