import { closeSync } from "node:fs";
import { type BundleDescriptor, hasExactLeaves } from "../../../core/storage/descriptors.ts";
import { KEY_BYTES, leafCount } from "../../../core/storage/leaves.ts";
import type { Report } from "../../../ports.ts";
import { type NameFilter, type Survey, wantedFiles } from "./bundle-files.ts";
import { readLeafKeys } from "./blobs.ts";
import { damage, type Finding, openLocal } from "./check.ts";
import type { Crew } from "./crew.ts";
import type { Placed } from "./fetch.ts";
import { Sharing } from "./sharing.ts";
import { sizeOf, Tally } from "./tally.ts";
import { newSession, type Opened } from "./transfer.ts";
import { hex } from "./tree-hasher.ts";
import type { Session, Workbench } from "./workbench.ts";

/** A bundle whose lists were read. */
export interface Surveyed {
  readonly repo: string;
  readonly bundle: BundleDescriptor;
  readonly survey: Survey;
  readonly filter: NameFilter;
}

/** Proves every wanted file of a bundle against the open folder `folder`; what is wrong, in no order. */
export async function checkFolder(
  opened: Opened,
  surveyed: Surveyed,
  folder: number,
  report: Report,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { bundle, survey } = surveyed;
  const session = newSession(opened, { ...bundle, exactLeaves: hasExactLeaves(bundle) }, { folder });
  return opened.crews.use(session, survey, (crew, bench) =>
    check(opened, surveyed, crew, session, report, signal, {
      small: (files) => crew.run(session, "check files", { files }),
      large: (file, sharing) => checkLarge(bench, crew, file, sharing),
    }),
  );
}

/** Proves every blob of a bundle in the store; what is wrong, in no order. */
export async function checkStored(
  opened: Opened,
  surveyed: Surveyed,
  report: Report,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { bundle, survey } = surveyed;
  const session = newSession(opened, { ...bundle, exactLeaves: hasExactLeaves(bundle) }, {});
  return opened.crews.use(session, survey, (crew, bench) =>
    check(opened, surveyed, crew, session, report, signal, {
      small: (files) => crew.run(session, "check stored files", { files }),
      large: (file, sharing) => checkLargeStored(bench, crew, file, sharing),
    }),
  );
}

interface Checks {
  readonly small: (files: Placed[]) => Promise<Finding[]>;
  readonly large: (file: Placed, sharing: Sharing) => Promise<Finding | undefined>;
}

async function check(
  opened: Opened,
  { repo, bundle, survey, filter }: Surveyed,
  crew: Crew,
  session: Session,
  report: Report,
  signal: AbortSignal,
  checks: Checks,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const tally = new Tally(report, survey.files, survey.bytes);
  const sharing = new Sharing(crew.width, signal);
  await sharing.files(
    wantedFiles(opened.catalogue, repo, bundle, survey, filter),
    { leafSize: bundle.leafSize, inOnePiece: !session.exactLeaves },
    async (batch) => {
      findings.push(...(await checks.small(batch)));
      tally.add(batch.length, sizeOf(batch));
    },
    async (file) => {
      const finding = await checks.large(file, sharing);
      if (finding !== undefined) findings.push(finding);
      tally.add(1, file.size);
    },
  );
  return findings;
}

async function checkLarge(
  bench: Workbench,
  crew: Crew,
  file: Placed,
  sharing: Sharing,
): Promise<Finding | undefined> {
  const fd = openLocal(bench, file);
  if (typeof fd !== "number") return fd;
  try {
    const right = await hashesTo(bench, crew, fd, file, sharing);
    return right ? undefined : { name: file.name, problem: "corrupted" };
  } finally {
    closeSync(fd);
  }
}

/** Whether an open large file has the content its root key promises. */
export async function hashesTo(
  bench: Workbench,
  crew: Crew,
  fd: number,
  file: Placed,
  sharing: Sharing,
): Promise<boolean> {
  const { leafSize } = bench.session;
  const count = leafCount(file.size, leafSize);
  const keys = new Uint8Array(count * KEY_BYTES);
  await sharing.leaves(count, async (first, some) => {
    const hashed = await crew.run(bench.session, "hash leaves", { fd, size: file.size, first, count: some });
    if (hashed !== undefined) keys.set(hashed, first * KEY_BYTES);
  });
  return hex(bench.hasher.root(keys, leafSize)) === file.hash;
}

async function checkLargeStored(
  bench: Workbench,
  crew: Crew,
  file: Placed,
  sharing: Sharing,
): Promise<Finding | undefined> {
  let keys: Uint8Array;
  try {
    keys = await readLeafKeys(bench, file);
  } catch (error) {
    return damage(file, error);
  }
  let finding: Finding | undefined;
  await sharing.leaves(keys.length / KEY_BYTES, async (first, count) => {
    const some = keys.slice(first * KEY_BYTES, (first + count) * KEY_BYTES);
    const found = await crew.run(bench.session, "check stored leaves", { file, first, keys: some });
    // Several of these run at once: what one has found, another that found nothing must not erase.
    if (found !== undefined) finding = found;
  });
  return finding;
}
