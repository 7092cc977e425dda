import { type BundleRecord, bundleRecordsAt } from "./bundle-record.ts";
import { parseObject, stringAt } from "./json.ts";

/** What a marker of ours says beside being there. */
export interface Marker {
  readonly run: string;
  readonly participant: string;
  /** Wall clock of the writer, RFC 3339; for people. */
  readonly time: string;
  /** Bundles uploaded, in an `uploaded` marker. */
  readonly bundles?: readonly BundleRecord[];
}

export function formatMarker(marker: Marker): string {
  return `${JSON.stringify(marker)}\n`;
}

/** How a marker that was found is to be taken. */
export type MarkerReading =
  /** Empty: an old participant touched it; believed. */
  | { readonly type: "old" }
  /** Of this run. */
  | { readonly type: "ours"; readonly marker: Marker }
  /** Of another run: as good as absent. */
  | { readonly type: "stale"; readonly run: string }
  /** Neither empty nor ours: somebody tampered, and guessing would be lying. */
  | { readonly type: "foreign" };

export function readMarker(text: string, run: string): MarkerReading {
  if (text.trim() === "") return { type: "old" };
  const object = parseObject(text);
  if (object === undefined) return { type: "foreign" };
  const markerRun = stringAt(object, "run");
  const participant = stringAt(object, "participant");
  if (markerRun === undefined || participant === undefined) return { type: "foreign" };
  if (markerRun !== run) return { type: "stale", run: markerRun };
  const bundles = bundleRecordsAt(object, "bundles");
  const time = stringAt(object, "time") ?? "";
  return {
    type: "ours",
    marker: { run, participant, time, ...(bundles === undefined ? {} : { bundles }) },
  };
}
