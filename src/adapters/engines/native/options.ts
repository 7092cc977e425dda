import type { Contributor } from "../../../core/storage/descriptors.ts";
import type { Log } from "../../../ports.ts";
import { openStore } from "../../store/open.ts";
import { openCatalogue } from "./catalogue.ts";
import { coresGiven } from "./cores.ts";
import { Crews, type Opened } from "./transfer.ts";

/** Where bundles are, and who makes them. */
export interface StoreOptions {
  /** Address of the store: `file:///PATH`. */
  readonly store: string;
  /** Name of the bucket that holds the contexts. */
  readonly config?: string;
  readonly context?: string;
}

export interface NativeEngineOptions extends StoreOptions {
  readonly contributor?: Contributor;
  /** Threads that hash and copy; by default the cores given to the container. */
  readonly concurrency?: number;
  /** Hears of what uploads leave out. */
  readonly log?: Log;
  /** How an upload decides that a blob is there already; `bytes` notices, and mends, one that is damaged. */
  readonly compare?: "bytes" | "size";
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

export const DEFAULT_CONFIG = "config";
export const DEFAULT_CONTEXT = "dev";

/** datamon insists on a contributor; an email address has to look like one. */
export const DEFAULT_CONTRIBUTOR: Contributor = {
  name: "datamon-sidecar",
  email: "datamon-sidecar@localhost",
};

/** Opens the store of an engine. Errors: `configuration`. */
export async function openEngine(options: NativeEngineOptions): Promise<Opened> {
  const { store, config = DEFAULT_CONFIG, context = DEFAULT_CONTEXT } = options;
  const opened = await openCatalogue(openStore(store), config, context);
  return { ...opened, store, crews: new Crews(Math.max(1, options.concurrency ?? coresGiven())) };
}
