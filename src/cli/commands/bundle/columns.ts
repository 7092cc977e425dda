import type { BundleDescriptor } from "../../../core/storage/descriptors.ts";

/** What a row about a bundle shows, by the names of datamon's templates. */
export const BUNDLE_COLUMNS = ["ID", "Timestamp", "Message"] as const;

export function bundleColumns({ id, timestamp, message }: BundleDescriptor) {
  return { ID: id, Timestamp: timestamp, Message: message };
}
