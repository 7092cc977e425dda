import type { ContextDescriptor } from "../../../core/storage/descriptors.ts";
import type { Catalogue } from "./catalogue.ts";
import { crewOfOne, type Crew } from "./crew.ts";
import type { Session, Workbench } from "./workbench.ts";
import { WorkerCrew } from "./worker-crew.ts";
import { Workbenches } from "./workbenches.ts";

/** Below both, starting threads takes longer than the work. */
const ALONE_FILES = 500;
const ALONE_BYTES = 16 * 1024 * 1024;

/** What an engine has open while it transfers. */
export interface Opened {
  readonly catalogue: Catalogue;
  readonly context: ContextDescriptor;
  readonly store: string;
  readonly crews: Crews;
}

/** Threads are shared by all transfers of an engine that run at the same time, and end with the last of them. */
export class Crews {
  readonly #width: number;
  #shared: WorkerCrew | undefined;
  #users = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /**
   * Runs `work` for one session, with as many hands as its size is worth. `work` must not return or throw while a job
   * of it is still under way. The workbench is for what is done in this thread.
   */
  async use<T>(
    session: Session,
    size: { readonly files: number; readonly bytes: number },
    work: (crew: Crew, bench: Workbench) => Promise<T>,
  ): Promise<T> {
    const alone = size.files <= ALONE_FILES && size.bytes <= ALONE_BYTES;
    const crew = alone ? crewOfOne() : this.#enter();
    const own = new Workbenches();
    try {
      return await work(crew, await own.for(session));
    } finally {
      own.forget(session.id);
      await crew.forget(session);
      if (!alone) this.#leave();
    }
  }

  #enter(): Crew {
    this.#users += 1;
    return (this.#shared ??= new WorkerCrew(this.#width));
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#shared?.end();
    this.#shared = undefined;
  }
}

/** A session for one bundle; sessions of one process must not be mixed up, hence the id. */
export function newSession(
  opened: Opened,
  bundle: { readonly id: string; readonly leafSize: number; readonly exactLeaves: boolean },
  folders: { readonly folder?: number; readonly parts?: number },
  upload: Pick<Session, "compare" | "skipUnreadable" | "roots"> = {
    compare: "bytes",
    skipUnreadable: false,
    roots: undefined,
  },
): Session {
  return {
    id: crypto.randomUUID(),
    store: opened.store,
    blobs: opened.context.blob,
    bundle: bundle.id,
    leafSize: bundle.leafSize,
    exactLeaves: bundle.exactLeaves,
    folder: folders.folder ?? -1,
    parts: folders.parts ?? -1,
    ...upload,
  };
}
