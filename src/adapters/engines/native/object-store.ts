/**
 * What the native engine needs of a store of objects. Methods may answer at once: worker threads read and write a
 * local folder without an event loop in between. They throw KnownErrors (`transfer`) that name the object.
 */
export type Awaitable<T> = T | Promise<T>;

export interface ObjectStore {
  /** For messages: the address it was opened with. */
  readonly url: string;
  /** A bucket by name; whether it exists shows when it is used. */
  bucket(name: string): Bucket;
}

export interface Bucket {
  /** Fills `into` with the object and tells its size in bytes, which may be more than fits; undefined when absent. */
  read(key: string, into: Uint8Array): Awaitable<number | undefined>;
  /** A whole object of at most `limit` bytes; undefined when absent. */
  get(key: string, limit: number): Awaitable<Uint8Array | undefined>;
  /** Whether the object is there with just these bytes (`size`: with this many). */
  compare(key: string, bytes: Uint8Array, by: "bytes" | "size"): Awaitable<"same" | "different" | "absent">;
  /** Writes an object, over one that is there; it becomes visible whole or not at all. */
  put(key: string, bytes: Uint8Array): Awaitable<void>;
  /** Writes an object unless one is there: then it changes nothing and answers false. */
  create(key: string, bytes: Uint8Array): Awaitable<boolean>;
  /** Names directly below a prefix that ends in `/`: `a` for `prefix/a` and `prefix/a/…`; in no order. */
  list(prefix: string): Awaitable<string[]>;
  /** Takes away what writers that were killed left half written, where that is surely nobody's any more. Never fails. */
  tidy(): Awaitable<void>;
}
