import { closeSync, constants, openSync } from "node:fs";
import { KnownError, systemCode } from "../../../core/errors.ts";
import type { BundleDescriptor, Contributor } from "../../../core/storage/descriptors.ts";
import { isKsuid } from "../../../core/storage/ksuid.ts";
import { DEFAULT_LEAF_SIZE } from "../../../core/storage/leaves.ts";
import { showName } from "../../../core/storage/names.ts";
import { goTimestamp } from "../../../core/storage/timestamp.ts";
import type { Report, Uploaded, UploadRequest } from "../../../ports.ts";
import { allowedRoots, type Roots } from "../astray.ts";
import { throwIfStopped } from "./bounded.ts";
import { survey } from "./bundle-files.ts";
import { segment } from "./catalogue.ts";
import { unreadable } from "./documents.ts";
import { changedFolder, type Offer, takeInventory } from "./inventory.ts";
import { keepFolder } from "./keep-folder.ts";
import { setLabel } from "./labels.ts";
import { listed } from "./listed.ts";
import { newBundleId } from "./new-bundle-id.ts";
import { requireRepo } from "./resolve.ts";
import { Skipped } from "./skipped.ts";
import { newSession, type Opened } from "./transfer.ts";
import { walk } from "./walk.ts";
import type { Session } from "./workbench.ts";

/** Bundles with exact leaves; what datamon writes today. */
const BUNDLE_VERSION = 2;

export interface NativeUploadRequest extends UploadRequest {
  /** A text file that names the files to upload, one a line; all without it. */
  readonly files?: string;
  /** Goes on without what cannot be read or stored, and tells of it. */
  readonly skipOnError?: boolean;
}

/** An upload and what people should hear about it. */
export interface NativeUploaded extends Uploaded {
  /** The bundle was there already, complete, under the id that was asked for. */
  readonly adopted: boolean;
  readonly emptyFolders: number;
  readonly reserved: readonly string[];
  readonly links: number;
  /** What was left out with `skipOnError`: how many, and the first of them with the reason. */
  readonly skipped: number;
  readonly skippedNames: readonly string[];
}

export interface UploadSettings {
  readonly contributor: Contributor;
  /** How a blob that is in the store already is compared with the one it stands for. */
  readonly compare: Session["compare"];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Uploads a folder: leaves, roots, file lists, then the descriptor that makes the bundle visible, then the label.
 * Errors: `configuration`, `transfer`, `system`, `stopped`; then the bundle is not visible, or only unlabelled.
 */
export async function upload(
  opened: Opened,
  request: NativeUploadRequest,
  settings: UploadSettings,
  report: Report,
  signal: AbortSignal,
): Promise<NativeUploaded> {
  const { repo, label } = request;
  await requireRepo(opened.catalogue, repo);
  if (label !== undefined) segment("label", label);
  const id = request.id ?? newBundleId(settings.now());
  if (!isKsuid(id)) {
    throw new KnownError("configuration", `cannot upload as bundle ${showName(id)}: it is no bundle id`, {
      remedy: "leave the id out: a new one is made",
    });
  }
  const done =
    (request.id === undefined ? undefined : await adopt(opened, repo, id, signal)) ??
    (await uploadFolder(opened, request, id, settings, report, signal));
  if (label !== undefined) {
    throwIfStopped(signal);
    await setLabel(opened.catalogue, repo, label, id, settings);
  }
  return done;
}

/** A restarted upload finds its bundle finished: only the label may be missing. */
async function adopt(
  opened: Opened,
  repo: string,
  id: string,
  signal: AbortSignal,
): Promise<NativeUploaded | undefined> {
  const bundle = await opened.catalogue.bundle(repo, id);
  if (bundle === undefined) return undefined;
  const { files, bytes } = await survey(opened.catalogue, repo, bundle, undefined, signal);
  const nothing = { emptyFolders: 0, reserved: [], links: 0, skipped: 0, skippedNames: [] };
  return { id, files, bytes, adopted: true, ...nothing };
}

async function uploadFolder(
  opened: Opened,
  request: NativeUploadRequest,
  id: string,
  settings: UploadSettings,
  report: Report,
  signal: AbortSignal,
): Promise<NativeUploaded> {
  const folder = openFolder(request.path);
  try {
    const roots = allowedRoots(request.path, request.linksInto);
    const offer = offerOf(folder, request, roots);
    const inventory = await takeInventory(offer, signal);
    const bundle = { id, leafSize: DEFAULT_LEAF_SIZE, exactLeaves: true };
    const manner = { compare: settings.compare, skipUnreadable: request.skipOnError ?? false, roots };
    const session = newSession(opened, bundle, { folder }, manner);
    const { count, files, bytes } = await keepFolder(
      opened,
      request.repo,
      offer,
      session,
      inventory,
      report,
      signal,
    );
    // Files that came after their folder was read were not seen, nor were those that went after they were stored.
    const after = await takeInventory(offerOf(folder, request, roots), signal);
    if (after.files !== inventory.files || after.bytes !== inventory.bytes) throw changedFolder(request.path);
    throwIfStopped(signal);
    await publish(opened, request.repo, {
      id,
      leafSize: session.leafSize,
      message: request.message,
      timestamp: goTimestamp(settings.now()),
      contributors: [settings.contributor],
      count,
      version: BUNDLE_VERSION,
    });
    const { emptyFolders, reserved, links } = inventory;
    const left = { skipped: offer.skipped?.count ?? 0, skippedNames: offer.skipped?.named ?? [] };
    return { id, files, bytes, emptyFolders, reserved, links, adopted: false, ...left };
  } finally {
    closeSync(folder);
    await opened.catalogue.tidy();
  }
}

function offerOf(folder: number, { path, files, skipOnError }: NativeUploadRequest, roots: Roots): Offer {
  return {
    path,
    walk: () => (files === undefined ? walk(folder, roots) : listed(folder, files, roots)),
    skipped: skipOnError === true ? new Skipped() : undefined,
  };
}

/** Makes the bundle visible, and reads it back. */
async function publish(opened: Opened, repo: string, bundle: BundleDescriptor): Promise<void> {
  const created = await opened.catalogue.createBundle(repo, bundle);
  const there = await opened.catalogue.bundle(repo, bundle.id);
  if (there?.count === bundle.count && (created || there.message === bundle.message)) return;
  throw unreadable(`bundle ${bundle.id} of repository ${repo}`, "it does not read back as it was written");
}

function openFolder(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const missing = systemCode(error) === "ENOENT";
    const why = missing ? "there is no such folder" : (error as Error).message;
    throw new KnownError("configuration", `cannot upload ${showName(path)}: ${why}`, { cause: error });
  }
}
