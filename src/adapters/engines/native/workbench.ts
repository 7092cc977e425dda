import type { Roots } from "../astray.ts";
import type { Bucket } from "./object-store.ts";
import type { SafeFolder } from "./safe-folder.ts";
import type { TreeHasher } from "./tree-hasher.ts";

/** What all work for one transfer shares; plain values, so that it can be sent to a worker thread. */
export interface Session {
  readonly id: string;
  /** Address of the store, and the name of its bucket of blobs. */
  readonly store: string;
  readonly blobs: string;
  /** Id of the bundle: the names of unfinished files begin with it. */
  readonly bundle: string;
  readonly leafSize: number;
  /** False for bundles made before leaves were cut exactly: their files must be taken from start to end. */
  readonly exactLeaves: boolean;
  /** The open folder that is read or written. Threads share descriptors; -1 when there is none. */
  readonly folder: number;
  /** The open `.datamon` in it, for files on their way; -1 when nothing is written. */
  readonly parts: number;
  /** How an upload decides that a blob is stored already. */
  readonly compare: "bytes" | "size";
  /** An upload goes on without files that cannot be read. */
  readonly skipUnreadable: boolean;
  /** Where links in an uploaded folder may lead. */
  readonly roots: Roots;
}

/** The tools of one thread for one session. `buffer` takes one leaf and is used again and again. */
export interface Workbench {
  readonly session: Session;
  readonly hasher: TreeHasher;
  readonly blobs: Bucket;
  readonly folder: SafeFolder;
  readonly buffer: Uint8Array;
}
