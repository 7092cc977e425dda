import { closeSync } from "node:fs";
import { fileListKey } from "../../../core/storage/keys.ts";
import { KEY_BYTES, leafCount } from "../../../core/storage/leaves.ts";
import type { Report } from "../../../ports.ts";
import type { Crew } from "./crew.ts";
import { changedFolder, type Inventory, type Offer, sources } from "./inventory.ts";
import { checkUnchanged, type Kept, keepRoot, openSource, orLeftOut, type Source } from "./keep.ts";
import { ListWriter } from "./list-writer.ts";
import { Sharing } from "./sharing.ts";
import { sizeOf, Tally } from "./tally.ts";
import type { Opened } from "./transfer.ts";
import type { Session, Workbench } from "./workbench.ts";

/** What became of the files of a folder. */
export interface KeptFolder {
  /** Number of file lists. */
  readonly count: number;
  /** Files stored, and their bytes. */
  readonly files: number;
  readonly bytes: number;
}

/** Stores all files that the session's folder offers, then their lists. */
export async function keepFolder(
  opened: Opened,
  repo: string,
  offer: Offer,
  session: Session,
  inventory: Inventory,
  report: Report,
  signal: AbortSignal,
): Promise<KeptFolder> {
  const lists = new ListWriter((index, bytes) =>
    keepList(opened, fileListKey(repo, session.bundle, index), bytes),
  );
  let { files, bytes } = inventory;
  const fill = async ({ place, name, size }: Source & { place: number }, kept: Kept | undefined) => {
    if (kept === undefined) throw new Error(`nothing was said of ${name}`);
    if ("hash" in kept) return lists.fill(place, { name, size, hash: kept.hash });
    files -= 1;
    bytes -= size;
    offer.skipped?.add(name, kept.unreadable);
    return lists.fill(place, undefined);
  };
  await opened.crews.use(session, inventory, async (crew, bench) => {
    const tally = new Tally(report, inventory.files, inventory.bytes);
    const sharing = new Sharing(crew.width, signal);
    let found = 0;
    await sharing.files(
      placed(sources(offer), lists),
      { leafSize: session.leafSize, inOnePiece: false },
      async (batch) => {
        found += batch.length;
        const kept = await crew.run(session, "keep files", { files: batch });
        for (const [i, file] of batch.entries()) await fill(file, kept[i]);
        tally.add(batch.length, sizeOf(batch));
      },
      async (file) => {
        found += 1;
        const keep = async () => ({ hash: await keepLarge(bench, crew, file, sharing, tally) });
        await fill(file, await orLeftOut(session, keep));
      },
    );
    if (found !== inventory.files) throw changedFolder(offer.path);
  });
  return { count: await lists.end(), files, bytes };
}

async function* placed(
  files: AsyncIterable<Source>,
  lists: ListWriter,
): AsyncGenerator<Source & { place: number }> {
  for await (const { name, size } of files) yield { name, size, place: lists.take() };
}

async function keepLarge(
  bench: Workbench,
  crew: Crew,
  file: Source,
  sharing: Sharing,
  tally: Tally,
): Promise<string> {
  const { leafSize } = bench.session;
  const source = openSource(bench, file);
  try {
    const count = leafCount(file.size, leafSize);
    const keys = new Uint8Array(count * KEY_BYTES);
    await sharing.leaves(count, async (first, some) => {
      const kept = await crew.run(bench.session, "keep leaves", { file, fd: source.fd, first, count: some });
      keys.set(kept, first * KEY_BYTES);
      tally.add(0, Math.min(some * leafSize, file.size - first * leafSize));
    });
    checkUnchanged(bench, file, source);
    const root = await keepRoot(bench, keys);
    tally.add(1, 0);
    return root;
  } finally {
    closeSync(source.fd);
  }
}

/**
 * Stores a file list. One that is there under this id is of an attempt that never ended, since the bundle is not
 * visible: if the folder has changed since, it is out of date and replaced.
 */
async function keepList(opened: Opened, key: string, bytes: Uint8Array): Promise<void> {
  const { metadata } = opened.catalogue;
  if (await metadata.create(key, bytes)) return;
  if ((await metadata.compare(key, bytes, "bytes")) !== "same") await metadata.put(key, bytes);
}
