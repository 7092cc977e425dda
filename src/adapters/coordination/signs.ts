import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import type { Sign } from "../../core/probes.ts";
import { parseStatus } from "../../core/status.ts";
import { readSmall } from "./files.ts";
import { readRecord, STATUS_FOLDER } from "./join.ts";

/**
 * One look at a participant's status file, as long as it is of the run under way and of `identity` where that is known.
 * `quiet` compares the file's time with the wall clock: on one node both come from one kernel. Elsewhere, or after the clock was
 * set, it may be anything, even negative: ask again and see whether the beat changes.
 */
export function signOf(directory: string, participant: string, identity: string | undefined): Sign {
  const folder = join(directory, STATUS_FOLDER);
  const path = join(folder, `${participant}.json`);
  const run = existsSync(folder) ? readRecord(folder)?.run : undefined;
  const reading = readSmall(path);
  const status = reading.type === "text" ? parseStatus(reading.text) : undefined;
  const ours = status !== undefined && status.run === run && (identity === undefined || identity === run);
  const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return {
    participant,
    status: ours ? status : undefined,
    quiet: written === undefined ? 0 : Date.now() - written,
  };
}
