import type { Entry } from "../../../core/storage/file-list.ts";
import type { Workbench } from "./workbench.ts";
import { explained } from "./explained.ts";
import { blobFinding, type Finding, hashLeaves, localFinding, storedFinding } from "./check.ts";
import { fetchFile, fetchLeaves, type Placed } from "./fetch.ts";
import { type Kept, keepFile, keepLeaves, type Source } from "./keep.ts";

/** The work that threads share out: whole small files by the batch, or some leaves of a large one. */
export interface Jobs {
  "fetch files": { input: { files: readonly Placed[] }; output: undefined };
  "fetch leaves": {
    input: { file: Entry; fd: number; first: number; keys: Uint8Array; resumed: boolean };
    output: undefined;
  };
  "keep files": { input: { files: readonly Source[] }; output: Kept[] };
  "keep leaves": { input: { file: Source; fd: number; first: number; count: number }; output: Uint8Array };
  "check files": { input: { files: readonly Entry[] }; output: Finding[] };
  "hash leaves": {
    input: { fd: number; size: number; first: number; count: number };
    output: Uint8Array | undefined;
  };
  "check stored files": { input: { files: readonly Entry[] }; output: Finding[] };
  "check stored leaves": {
    input: { file: Entry; first: number; keys: Uint8Array };
    output: Finding | undefined;
  };
}

export type JobName = keyof Jobs;
export type Input<J extends JobName> = Jobs[J]["input"];
export type Output<J extends JobName> = Jobs[J]["output"];

const PERFORM: { [J in JobName]: (bench: Workbench, input: Input<J>) => Output<J> | Promise<Output<J>> } = {
  "fetch files": async (bench, { files }) => {
    for (const file of files) await fetchFile(bench, file);
    return undefined;
  },
  "fetch leaves": async (bench, input) => {
    await fetchLeaves(bench, input);
    return undefined;
  },
  "keep files": async (bench, { files }) => {
    const kept: Kept[] = [];
    for (const file of files) kept.push(await keepFile(bench, file));
    return kept;
  },
  "keep leaves": (bench, { file, fd, first, count }) => keepLeaves(bench, fd, file, first, count),
  "check files": (bench, { files }) => findings(files, (file) => localFinding(bench, file)),
  "hash leaves": (bench, { fd, size, first, count }) => hashLeaves(bench, fd, size, first, count),
  "check stored files": (bench, { files }) => findings(files, (file) => storedFinding(bench, file)),
  "check stored leaves": (bench, { file, first, keys }) => blobFinding(bench, file, first, keys),
};

export async function perform<J extends JobName>(
  bench: Workbench,
  job: J,
  input: Input<J>,
): Promise<Output<J>> {
  try {
    return await PERFORM[job](bench, input);
  } catch (error) {
    throw explained(job, error);
  }
}

async function findings(
  files: readonly Entry[],
  look: (file: Entry) => Promise<Finding | undefined>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const file of files) {
    const finding = await look(file);
    if (finding !== undefined) found.push(finding);
  }
  return found;
}
