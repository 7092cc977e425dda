import { closeSync } from "node:fs";
import { hasExactLeaves } from "../../../core/storage/descriptors.ts";
import { bundleKey } from "../../../core/storage/keys.ts";
import { KEY_BYTES } from "../../../core/storage/leaves.ts";
import type { DownloadRequest, Downloaded, Report } from "../../../ports.ts";
import { readLeafKeys } from "./blobs.ts";
import { survey, wantedFiles } from "./bundle-files.ts";
import { openLocal } from "./check.ts";
import type { Crew } from "./crew.ts";
import { Destination } from "./destination.ts";
import { DESCRIPTOR_LIMIT, unreadable } from "./documents.ts";
import { finishFile, notOurs, openPart, type Placed } from "./fetch.ts";
import { resolveBundle } from "./resolve.ts";
import { Sharing } from "./sharing.ts";
import { sizeOf, Tally } from "./tally.ts";
import { newSession, type Opened } from "./transfer.ts";
import { checkFolder, hashesTo, type Surveyed } from "./check-bundle.ts";
import type { Workbench } from "./workbench.ts";

export interface NativeDownloadRequest extends DownloadRequest {
  /** Only files with such a name; all without it. */
  readonly nameFilter?: RegExp;
}

/**
 * Downloads a bundle. Nothing unproved gets its own name; what is there from an earlier attempt is proved and kept;
 * anything else that is there is refused. Errors: `configuration`, `transfer`, `system`, `stopped`.
 */
export async function download(
  opened: Opened,
  request: NativeDownloadRequest,
  report: Report,
  signal: AbortSignal,
): Promise<Downloaded> {
  const { repo, ref, nameFilter: filter } = request;
  const bundle = await resolveBundle(opened.catalogue, repo, ref);
  const surveyed = {
    repo,
    bundle,
    filter,
    survey: await survey(opened.catalogue, repo, bundle, filter, signal),
  };
  const destination = new Destination(request.destination, bundle.id);
  try {
    await destination.refuseForeign(surveyed.survey.ledger, signal);
    if (!(await isComplete(opened, surveyed, destination, report, signal))) {
      await fetchAll(opened, surveyed, destination, report, signal);
    }
  } finally {
    destination.close();
  }
  return { id: bundle.id, files: surveyed.survey.files, bytes: surveyed.survey.bytes };
}

/** Whether an earlier download came to its end and is still as it was; nothing is written to find that out. */
async function isComplete(
  opened: Opened,
  surveyed: Surveyed,
  destination: Destination,
  report: Report,
  signal: AbortSignal,
): Promise<boolean> {
  if (!destination.wasComplete()) return false;
  const findings = await checkFolder(opened, surveyed, destination.folder, report, signal);
  const changed = findings.find(({ problem }) => problem !== "missing");
  if (changed !== undefined) throw notOurs(changed);
  return findings.length === 0;
}

async function fetchAll(
  opened: Opened,
  { repo, bundle, survey: surveyed, filter }: Surveyed,
  destination: Destination,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { catalogue } = opened;
  const descriptor = await catalogue.metadata.get(bundleKey(repo, bundle.id), DESCRIPTOR_LIMIT);
  if (descriptor === undefined) throw unreadable(bundleKey(repo, bundle.id), "it was deleted meanwhile");
  const exactLeaves = hasExactLeaves(bundle);
  const folders = { folder: destination.folder, parts: destination.begin(descriptor) };
  const session = newSession(opened, { ...bundle, exactLeaves }, folders);
  await opened.crews.use(session, surveyed, async (crew, bench) => {
    const tally = new Tally(report, surveyed.files, surveyed.bytes);
    const sharing = new Sharing(crew.width, signal);
    await sharing.files(
      wantedFiles(catalogue, repo, bundle, surveyed, filter, (list) =>
        destination.recordList(list.index, list.bytes),
      ),
      { leafSize: bundle.leafSize, inOnePiece: !exactLeaves },
      async (files) => {
        await crew.run(session, "fetch files", { files });
        tally.add(files.length, sizeOf(files));
      },
      (file) => fetchLarge(bench, crew, file, sharing, tally),
    );
  });
  destination.finish();
}

async function fetchLarge(
  bench: Workbench,
  crew: Crew,
  file: Placed,
  sharing: Sharing,
  tally: Tally,
): Promise<void> {
  if (await isThere(bench, crew, file, sharing)) return tally.add(1, file.size);
  const keys = await readLeafKeys(bench, file);
  const { leafSize } = bench.session;
  const { fd, resumed } = openPart(bench, file);
  try {
    await sharing.leaves(keys.length / KEY_BYTES, async (first, count) => {
      const some = keys.slice(first * KEY_BYTES, (first + count) * KEY_BYTES);
      await crew.run(bench.session, "fetch leaves", { file, fd, first, keys: some, resumed });
      tally.add(0, Math.min(count * leafSize, file.size - first * leafSize));
    });
    finishFile(bench, file, fd);
  } finally {
    closeSync(fd);
  }
  tally.add(1, 0);
}

/** Whether a large file is there already, complete and right. Errors: `configuration` when something else is. */
async function isThere(bench: Workbench, crew: Crew, file: Placed, sharing: Sharing): Promise<boolean> {
  const fd = openLocal(bench, file);
  if (typeof fd !== "number") {
    if (fd.problem === "missing") return false;
    throw notOurs(fd);
  }
  try {
    if (await hashesTo(bench, crew, fd, file, sharing)) return true;
    throw notOurs({ name: file.name, problem: "corrupted" });
  } finally {
    closeSync(fd);
  }
}
