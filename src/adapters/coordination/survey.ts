import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { KnownError, systemCode } from "../../core/errors.ts";
import { markerPath, type MarkerName, type Peer, participantOf } from "../../core/participants.ts";
import type { Status } from "../../core/status.ts";
import { readSmall } from "./files.ts";
import { readRecord, readStatuses, STATUS_FOLDER } from "./join.ts";

const MARKERS = ["ready", "upload", "uploaded"] as const;

/** Everything that can be seen in a coordination directory without taking part. */
export interface Survey {
  readonly run: string | undefined;
  /** Of the run under way only. */
  readonly statuses: readonly Status[];
  /** Markers by the participant they belong to. */
  readonly markers: Readonly<Record<string, readonly MarkerName[]>>;
}

/** Errors: `system` when the directory cannot be read or its run record makes no sense. */
export function survey(directory: string): Survey {
  const folder = join(directory, STATUS_FOLDER);
  let names: readonly string[];
  try {
    names = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== STATUS_FOLDER)
      .map((entry) => entry.name);
  } catch (error) {
    const code = systemCode(error) ?? String(error);
    const why = code === "ENOENT" ? "it is not there" : code;
    throw new KnownError("system", `cannot read the coordination directory ${directory}: ${why}`, {
      cause: error,
      remedy: "name the folder that the participants share",
    });
  }
  const recorded = existsSync(folder) ? readRecord(folder) : undefined;
  const statuses = recorded === undefined ? [] : readStatuses(folder);
  const peers: Peer[] = [
    { kind: "files" },
    ...names.map((database) => ({ kind: "postgres" as const, database })),
  ];
  const markers: Record<string, readonly MarkerName[]> = {};
  for (const peer of peers) {
    const present = MARKERS.filter(
      (name) => readSmall(join(directory, markerPath(peer, name))).type === "text",
    );
    if (present.length > 0) markers[participantOf(peer)] = present;
  }
  return {
    run: recorded?.run,
    statuses: statuses.filter((status) => status.run === recorded?.run),
    markers,
  };
}
