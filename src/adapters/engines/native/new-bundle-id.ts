import { encodeKsuid } from "../../../core/storage/ksuid.ts";

/** A new bundle id, for an upload that may be interrupted: asked for again, it will not make a second bundle. */
export function newBundleId(unixMs: number = Date.now()): string {
  return encodeKsuid(unixMs / 1000, crypto.getRandomValues(new Uint8Array(16)));
}
