import { type JsonObject, objectsAt, oneOf, stringAt } from "./json.ts";

/** A bundle a participant fetched or made, as it appears in status files, markers and logs. */
export interface BundleRecord {
  /** The name it has in the settings. */
  readonly name: string;
  readonly direction: "in" | "out";
  readonly repo: string;
  readonly id: string;
  readonly label?: string;
}

/** The records under `key`; undefined when any of them is malformed. */
export function bundleRecordsAt(object: JsonObject, key: string): readonly BundleRecord[] | undefined {
  const records: BundleRecord[] = [];
  for (const item of objectsAt(object, key) ?? [undefined]) {
    if (item === undefined) return undefined;
    const name = stringAt(item, "name");
    const direction = oneOf(["in", "out"], stringAt(item, "direction"));
    const repo = stringAt(item, "repo");
    const id = stringAt(item, "id");
    const label = stringAt(item, "label");
    if (name === undefined || direction === undefined || repo === undefined || id === undefined) {
      return undefined;
    }
    records.push({ name, direction, repo, id, ...(label === undefined ? {} : { label }) });
  }
  return records;
}
