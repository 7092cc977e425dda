import { openStore } from "../../store/open.ts";
import { SafeFolder } from "./safe-folder.ts";
import { TreeHasher } from "./tree-hasher.ts";
import type { Session, Workbench } from "./workbench.ts";

/** The workbenches of one thread. They share one hasher and one buffer, because a thread does one job at a time. */
export class Workbenches {
  readonly #hasher: Promise<TreeHasher> = TreeHasher.create();
  readonly #benches = new Map<string, Workbench>();
  #buffer = new Uint8Array(0);

  async for(session: Session): Promise<Workbench> {
    const there = this.#benches.get(session.id);
    if (there !== undefined) return there;
    const hasher = await this.#hasher;
    if (this.#buffer.length < session.leafSize) this.#buffer = new Uint8Array(session.leafSize);
    const bench = {
      session,
      hasher,
      blobs: openStore(session.store).bucket(session.blobs),
      folder: new SafeFolder(session.folder),
      buffer: this.#buffer,
    };
    this.#benches.set(session.id, bench);
    return bench;
  }

  /** Closes the folders a session has opened. */
  forget(session: string): void {
    this.#benches.get(session)?.folder.close();
    this.#benches.delete(session);
  }
}
