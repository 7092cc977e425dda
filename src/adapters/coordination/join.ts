import { randomUUID } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { KnownError, systemCode } from "../../core/errors.ts";
import { decideRun, formatRun, parseRun } from "../../core/run.ts";
import { parseStatus, type Status } from "../../core/status.ts";
import { removeLeftover } from "../remove-file.ts";
import { cannotWrite, folderProblem, namesIn, readSmall, replaceFile } from "./files.ts";

/** Folder of status files and run records, inside the coordination directory. */
export const STATUS_FOLDER = ".status";

const RECORD = /^run\.(\d{1,9})\.json$/;

/** The run this directory belongs to now: record files count up, and the highest one holds. */
export interface Joined {
  readonly run: string;
  readonly generation: number;
}

export function recordName(generation: number): string {
  return `run.${generation}.json`;
}

/**
 * Joins the run that is under way in the directory, or begins a new one when the recorded one is over or another.
 * Creating the next record is atomic: of two who begin at once, one joins the other.
 *
 * @param identity what is known of the run from outside: a setting, or the pod's uid
 */
export function joinRun(
  directory: string,
  identity: string | undefined,
  participant: string,
  temporary: string,
): Joined {
  const folder = prepareFolder(directory);
  for (;;) {
    const recorded = readRecord(folder);
    const statuses = recorded === undefined ? [] : readStatuses(folder);
    const decision = decideRun(identity, recorded?.run, statuses, participant);
    if (decision.type === "join" && recorded !== undefined) {
      // Left by an attempt that was killed when it was about to begin a run.
      removeLeftover(unfinishedRecord(temporary));
      return recorded;
    }
    const next = { run: identity ?? randomUUID(), generation: (recorded?.generation ?? 0) + 1 };
    if (!RECORD.test(recordName(next.generation))) {
      throw new KnownError(
        "system",
        `cannot begin a run in ${folder}: ${recordName(next.generation - 1)} leaves no room`,
        {
          remedy: "use a fresh coordination directory",
        },
      );
    }
    if (createRecord(folder, next, temporary)) return next;
  }
}

function prepareFolder(directory: string): string {
  const folder = join(directory, STATUS_FOLDER);
  try {
    makeDirectory(directory);
    makeSharedFolder(folder, 0o1777);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  const problem = folderProblem(folder);
  if (problem !== undefined) throw new KnownError("system", `cannot use ${folder}: it ${problem}`);
  return folder;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    // On a disk that fails it says that something is there already: looking tells what is wrong.
    if (systemCode(error) === "EEXIST") statSync(path);
    throw error;
  }
}

/** Makes a folder that every container's user can write to; one that is there already stays as it is. */
export function makeSharedFolder(path: string, mode: number): void {
  try {
    mkdirSync(path);
    chmodSync(path, mode);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** The record that holds now. Errors: `system` when it names no run. */
export function readRecord(folder: string): Joined | undefined {
  const generations = namesIn(folder)
    .map((name) => RECORD.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number);
  if (generations.length === 0) return undefined;
  const generation = Math.max(...generations);
  const path = join(folder, recordName(generation));
  const reading = readSmall(path);
  const run = reading.type === "text" ? parseRun(reading.text) : undefined;
  if (run !== undefined) return { run, generation };
  const why = reading.type === "unusable" ? reading.why : "does not name a run";
  throw new KnownError("system", `cannot join the run in ${folder}: ${path} ${why}`, {
    remedy: "use a fresh coordination directory",
  });
}

/** Every readable status file of the folder. */
export function readStatuses(folder: string): readonly Status[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".json") && !RECORD.test(name))
    .map((name) => readSmall(join(folder, name)))
    .map((reading) => (reading.type === "text" ? parseStatus(reading.text) : undefined))
    .filter((status) => status !== undefined);
}

function unfinishedRecord(temporary: string): string {
  return `${temporary}.new`;
}

function createRecord(folder: string, next: Joined, temporary: string): boolean {
  replaceFile(temporary, unfinishedRecord(temporary), formatRun(next.run));
  try {
    linkSync(temporary, join(folder, recordName(next.generation)));
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw cannotWrite(join(folder, recordName(next.generation)), error);
  } finally {
    removeLeftover(temporary);
  }
}
