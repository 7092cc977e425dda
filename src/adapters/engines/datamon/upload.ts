import { stat } from "node:fs/promises";
import { bundleGetArgv, flagValue, uploadArgv } from "../../../core/datamon-argv.ts";
import { uploadedIdIn } from "../../../core/datamon-output.ts";
import { KnownError, systemCode } from "../../../core/errors.ts";
import { RESERVED_FOLDERS } from "../../../core/storage/keys.ts";
import type { Milliseconds, Report, Uploaded, UploadRequest } from "../../../ports.ts";
import type { Finished } from "../../processes.ts";
import { allowedRoots } from "../astray.ts";
import { bytesMovedBy } from "./activity.ts";
import { commandFailure, type DatamonCommand, logRemedy, succeeded } from "./command.ts";
import { ensureLabel } from "./labels.ts";
import { measureFolder, measureListed } from "./measure.ts";
import { refuseStrayLinks } from "./stray-links.ts";
import { runTransfer } from "./transfer.ts";

export interface UploadSetup {
  readonly command: DatamonCommand;
  readonly stall: Milliseconds;
}

type Request = UploadRequest & { readonly commandFlags: readonly string[] };

/**
 * Uploads once and never blindly again: a bundle whose id is known is confirmed and labelled instead. The label is
 * read back in any case.
 */
export async function upload(
  setup: UploadSetup,
  request: Request,
  report: Report,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { command, stall } = setup;
  const { repo, path, label, commandFlags: flags } = request;
  await requireFolder(path);
  const roots = allowedRoots(path, request.linksInto);
  if (roots !== undefined) await refuseStrayLinks(path, roots);
  const list = flagValue(flags, "--files");
  const total = await (list === undefined
    ? measureFolder(path, new Set(RESERVED_FOLDERS))
    : measureListed(path, list));
  let id: string | undefined;
  const transfer = {
    verb: "upload",
    argv: uploadArgv(request, flags),
    what: `upload "${path}" to repository "${repo}"`,
    stall,
    onLine: (line: string): void => {
      id = uploadedIdIn(line) ?? id;
    },
    // The command reads each file once; how many files that makes it does not tell.
    measure: async (pid: number) => ({
      files: 0,
      totalFiles: total.files,
      bytes: Math.min(bytesMovedBy(pid)?.read ?? 0, total.bytes),
      totalBytes: total.bytes,
    }),
  };
  const finished = await runTransfer(command, transfer, report, signal);
  const uploaded = await confirmedId(command, request, transfer.what, finished, id, signal);
  if (label !== undefined) await ensureLabel(command, { repo, label, flags }, uploaded, signal);
  report({ files: total.files, totalFiles: total.files, bytes: total.bytes, totalBytes: total.bytes });
  return { id: uploaded, files: total.files, bytes: total.bytes };
}

/**
 * The id the command told. It also exits with 1 when the bundle was uploaded and only the label failed: then the
 * store is asked for the bundle.
 */
async function confirmedId(
  command: DatamonCommand,
  request: Request,
  what: string,
  finished: Finished,
  id: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (succeeded(finished)) {
    if (id !== undefined) return id;
    const message = `cannot ${what}: datamon exited with code 0 but told no bundle id`;
    throw new KnownError("transfer", message, logRemedy(finished));
  }
  const failure = commandFailure(what, finished);
  if (id === undefined) throw failure;
  const lookup = await command.lookUp(
    "bundle",
    bundleGetArgv(request.repo, id, request.commandFlags),
    signal,
  );
  if (!lookup.found) throw failure;
  command.setup.log.warn("datamon failed after the bundle was uploaded", { id, error: failure });
  return id;
}

/** Errors: `system`. */
async function requireFolder(path: string): Promise<void> {
  const why = await stat(path).then(
    (entry) => (entry.isDirectory() ? undefined : "it is not a folder"),
    (error: unknown) => systemCode(error) ?? String(error),
  );
  if (why === undefined) return;
  throw new KnownError("system", `cannot upload "${path}": ${why}`, {
    remedy: "the folder must exist when the application has ended, empty or not",
  });
}
