import { closeSync, constants, openSync } from "node:fs";
import { KnownError } from "../../../core/errors.ts";
import { showName } from "../../../core/storage/names.ts";
import type { BundleRef, Report } from "../../../ports.ts";
import { survey } from "./bundle-files.ts";
import type { Finding } from "./check.ts";
import { checkFolder, checkStored, type Surveyed } from "./check-bundle.ts";
import { foreignNames } from "./destination.ts";
import { resolveBundle } from "./resolve.ts";
import type { Opened } from "./transfer.ts";

export interface VerifyRequest {
  readonly repo: string;
  readonly ref: BundleRef;
  /** Compare this folder with the bundle; without it every blob in the store is proved. */
  readonly folder?: string;
  /** Only files with such a name; all without it. */
  readonly nameFilter?: RegExp;
}

/** What a verification found; sorted by name. */
export interface Verified {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Proves a bundle in the store, or a folder against a bundle. Bad files are findings, not errors. Errors:
 * `configuration`, `transfer` when the bundle's own lists cannot be read, `system`, `stopped`.
 */
export async function verify(
  opened: Opened,
  request: VerifyRequest,
  report: Report,
  signal: AbortSignal,
): Promise<Verified> {
  const { repo, folder, nameFilter: filter } = request;
  const bundle = await resolveBundle(opened.catalogue, repo, request.ref);
  const surveyed = {
    repo,
    bundle,
    filter,
    survey: await survey(opened.catalogue, repo, bundle, filter, signal),
  };
  const findings =
    folder === undefined
      ? await checkStored(opened, surveyed, report, signal)
      : await verifyFolder(opened, surveyed, folder, report, signal);
  const { files, bytes } = surveyed.survey;
  return { id: bundle.id, files, bytes, findings: findings.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Every file of a bundle in a folder, and every file in it that is not of the bundle. */
async function verifyFolder(
  opened: Opened,
  surveyed: Surveyed,
  path: string,
  report: Report,
  signal: AbortSignal,
): Promise<Finding[]> {
  const folder = openFolder(path);
  try {
    const findings = await checkFolder(opened, surveyed, folder, report, signal);
    const known = new Set(findings.map(({ name }) => name));
    for await (const name of foreignNames(folder, surveyed.survey.ledger, signal)) {
      if (!known.has(name)) findings.push({ name, problem: "extra" });
    }
    return findings;
  } finally {
    closeSync(folder);
  }
}

function openFolder(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const message = `cannot verify ${showName(path)}: ${(error as Error).message}`;
    throw new KnownError("configuration", message, { cause: error });
  }
}
