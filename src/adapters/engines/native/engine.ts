import { KnownError } from "../../../core/errors.ts";
import type { BundleEngine, Report, UploadRequest } from "../../../ports.ts";
import { download, type NativeDownloadRequest } from "./download.ts";
import { DEFAULT_CONTRIBUTOR, type NativeEngineOptions, openEngine } from "./options.ts";
import type { Opened } from "./transfer.ts";
import { type NativeUploaded, upload } from "./upload.ts";
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
  upload(request: UploadRequest, report: Report, signal: AbortSignal): Promise<NativeUploaded>;
  verify(request: VerifyRequest, report: Report, signal: AbortSignal): Promise<Verified>;
}

/** The store is opened with the first transfer; its errors come from there. */
export function createNativeEngine(options: NativeEngineOptions): NativeEngine {
  let opening: Promise<Opened> | undefined;
  const opened = async () => {
    opening ??= openEngine(options);
    try {
      return await opening;
    } catch (error) {
      // What was missing may be there at the next attempt.
      opening = undefined;
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
    download: async (request, report, signal) => download(await opened(), request, report, signal),
    upload: async (request, report, signal) => upload(await opened(), request, settings, report, signal),
    verify: async (request, report, signal) => verify(await opened(), request, report, signal),
    mount: (request) => Promise.reject(cannotMount(request.mountPoint)),
  };
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
