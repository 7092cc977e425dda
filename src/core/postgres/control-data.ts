/** What `pg_controldata` says of a cluster, as far as we act on it. */
export interface ControlData {
  /** `shut down`, `in production`, `shut down in recovery`, … */
  readonly state: string;
  readonly systemIdentifier: string;
  readonly checksums: boolean;
  /** Bytes of one write-ahead log file. */
  readonly walSegmentSize: number;
  /** Name of the log file with the last checkpoint. */
  readonly checkpointFile: string;
}

/** The state of a cluster that was stopped in an orderly way and needs no recovery. */
export const AT_REST = "shut down";

/**
 * Reads the output of `pg_controldata` run with `LC_ALL=C`; undefined when a line we need is missing. The labels
 * are those of src/bin/pg_controldata/pg_controldata.c, unchanged from 9.6 to 17.
 */
export function parseControlData(text: string): ControlData | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const state = fields.get("Database cluster state");
  const systemIdentifier = fields.get("Database system identifier");
  const walSegmentSize = Number(fields.get("Bytes per WAL segment"));
  const checksums = fields.get("Data page checksum version");
  const checkpointFile = fields.get("Latest checkpoint's REDO WAL file");
  if (state === undefined || systemIdentifier === undefined || checksums === undefined) return undefined;
  if (checkpointFile === undefined) return undefined;
  if (!Number.isSafeInteger(walSegmentSize) || walSegmentSize <= 0) return undefined;
  return { state, systemIdentifier, checksums: checksums !== "0", walSegmentSize, checkpointFile };
}
