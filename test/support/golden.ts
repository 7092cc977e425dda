import { mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext } from "../../src/adapters/engines/native/catalogue.ts";
import { DEFAULT_CONFIG, DEFAULT_CONTEXT } from "../../src/adapters/engines/native/options.ts";
import { openStore } from "../../src/adapters/store/open.ts";

const FIXTURES = join(import.meta.dir, "../fixtures/golden");

/** A store made by datamon's own Go code, and the folder that was uploaded to it. */
export interface Golden {
  /** The temporary folder that holds everything. */
  readonly folder: string;
  readonly store: string;
  readonly source: string;
  /** `file:///…` of the store. */
  readonly url: string;
  readonly repo: string;
  readonly label: string;
  readonly id: string;
  remove(): Promise<void>;
}

export interface HashVector {
  readonly size: number;
  readonly leafSize: number;
  readonly leaves: readonly string[];
  readonly root: string;
}

/** Keys made by datamon's own hash package; byte i of the input is `(i*131 + floor(i/251)) & 0xff`. */
export function hashVectors(): HashVector[] {
  return JSON.parse(readFileSync(join(FIXTURES, "blake2b-tree-vectors.json"), "utf8")) as HashVector[];
}

/** Unpacks the golden store into a folder of its own and gives it the context it lacks. */
export async function unpackGolden(): Promise<Golden> {
  const folder = await mkdtemp(join(tmpdir(), "golden-"));
  const archive = Bun.zstdDecompressSync(readFileSync(join(FIXTURES, "datamon-store.tar.zst")));
  const tar = Bun.spawnSync(["tar", "-x", "-C", folder], { stdin: archive });
  if (!tar.success) throw new Error(`tar: ${tar.stderr.toString()}`);
  const store = join(folder, "store");
  const url = pathToFileURL(store).href;
  const buckets = { wal: "wal", readlog: "readlog", blob: "blob", metadata: "meta", vmetadata: "vmeta" };
  await createContext(openStore(url), DEFAULT_CONFIG, { name: DEFAULT_CONTEXT, ...buckets });
  mkdirSync(join(folder, "out"));
  return {
    folder,
    store,
    source: join(folder, "src"),
    url,
    repo: "golden-repo",
    label: "golden",
    id: "3MNZYstkC9y4uNLOGNt9iRYDOF6",
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
