import type { LabelDescriptor } from "../../../core/storage/descriptors.ts";

/** What a row about a label shows, by the names of datamon's templates. */
export const LABEL_COLUMNS = ["Name", "BundleID", "Timestamp"] as const;

export function labelColumns({ name, id, timestamp }: LabelDescriptor) {
  return { Name: name, BundleID: id, Timestamp: timestamp };
}
