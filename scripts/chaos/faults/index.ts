/** Everything that is done to a pod on purpose. */
import { DIRECTORY_FAULTS } from "./directory.ts";
import type { Fault } from "./fault.ts";
import { PROCESS_FAULTS } from "./processes.ts";
import { VOLUME_FAULTS } from "./volumes.ts";

const ALL = { ...PROCESS_FAULTS, ...VOLUME_FAULTS, ...DIRECTORY_FAULTS };

export type FaultKind = keyof typeof ALL;

export const FAULTS: Readonly<Record<FaultKind, Fault>> = ALL;
