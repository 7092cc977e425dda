/** What is explored, and within which bound. */
import type { FaultName, Scenario, SidecarPlan } from "./world.ts";

const ACCIDENTS: readonly FaultName[] = [
  "kill",
  "term",
  "freeze",
  "work fails",
  "service dies",
  "write fails",
  "application fails",
  "application cannot start",
  "supervisor lost",
  "never starts",
];
const DEATHS: readonly FaultName[] = ["kill", "application fails"];

/** Downloads stay when their sidecar is killed; a mount or a database does not. */
const DOWNLOADS: SidecarPlan = {};
const MOUNT: SidecarPlan = { live: true };
const OLD: SidecarPlan = { old: true };
const ONLY_SOURCE: SidecarPlan = { live: true, source: true };

const ALL_MARKERS = ["ready", "upload", "uploaded"] as const;

/** Within a minute on two slow cores. */
export const SMALL: readonly Scenario[] = [
  { name: "one sidecar, any accident", sidecars: [MOUNT], faults: 1, kinds: ACCIDENTS, restarts: 1 },
  {
    name: "one sidecar that was downloaded, any accident",
    sidecars: [DOWNLOADS],
    faults: 1,
    kinds: ACCIDENTS,
    restarts: 1,
  },
  { name: "one sidecar, killed twice", sidecars: [MOUNT], faults: 2, kinds: ["kill"], restarts: 2 },
  {
    name: "run not known from outside",
    sidecars: [MOUNT],
    identity: false,
    faults: 1,
    kinds: ["kill", "application fails", "term"],
    restarts: 2,
  },
  { name: "tampering", sidecars: [MOUNT], faults: 2, kinds: ["tampering", "slow look"], restarts: 0 },
  { name: "tampering and a death", sidecars: [MOUNT], faults: 1, kinds: ["tampering", "kill"], restarts: 1 },
  { name: "--upload always", sidecars: [DOWNLOADS], upload: "always", faults: 2, kinds: DEATHS, restarts: 0 },
  { name: "--upload never", sidecars: [DOWNLOADS], upload: "never", faults: 1, kinds: DEATHS, restarts: 1 },
  {
    name: "full volume",
    sidecars: [MOUNT],
    faults: 2,
    kinds: ["volume full", "application fails"],
    restarts: 0,
  },
  { name: "nothing to upload", sidecars: [ONLY_SOURCE], faults: 1, kinds: DEATHS, restarts: 1 },
  {
    name: "used by old peers before",
    sidecars: [DOWNLOADS],
    leftovers: { markers: ALL_MARKERS },
    faults: 1,
    kinds: ["kill"],
    restarts: 1,
  },
  {
    name: "used by old peers before, cut off",
    sidecars: [MOUNT],
    leftovers: { markers: ["ready"] },
    faults: 1,
    kinds: ["kill"],
    restarts: 1,
  },
  {
    name: "used by ours before",
    sidecars: [MOUNT],
    leftovers: { markers: ALL_MARKERS, stale: true, statuses: "done" },
    faults: 1,
    kinds: ["kill"],
    restarts: 0,
  },
  {
    name: "used by ours before, run not known from outside",
    sidecars: [MOUNT],
    identity: false,
    leftovers: { markers: ["ready"], stale: true, statuses: "failed" },
    faults: 1,
    kinds: ["kill"],
    restarts: 0,
  },
  {
    name: "old wrapper",
    sidecars: [MOUNT],
    oldWrapper: true,
    applicationTimeout: 4,
    faults: 2,
    kinds: ["kill", "work fails", "application fails"],
    restarts: 1,
  },
  {
    name: "old sidecar",
    sidecars: [OLD],
    faults: 2,
    kinds: ["kill", "work fails", "application fails", "term"],
    restarts: 1,
  },
  {
    name: "wrapper that never starts",
    sidecars: [DOWNLOADS],
    applicationTimeout: 4,
    faults: 1,
    kinds: ["never starts"],
    restarts: 0,
  },
  {
    name: "old and new sidecar",
    sidecars: [OLD, DOWNLOADS],
    faults: 1,
    kinds: ["kill", "work fails", "application fails"],
    restarts: 0,
  },
  {
    name: "fails while preparing, started again",
    sidecars: [MOUNT],
    faults: 2,
    kinds: ["preparing fails"],
    restarts: 4,
    backOff: 3,
  },
  { name: "two sidecars, no accident", sidecars: [MOUNT, DOWNLOADS], faults: 0, kinds: [], restarts: 0 },
];

/** Hours on the same machine; adds accidents and sidecars. */
export const LARGE: readonly Scenario[] = [
  { name: "one sidecar, any two accidents", sidecars: [MOUNT], faults: 2, kinds: ACCIDENTS, restarts: 2 },
  { name: "one sidecar, killed three times", sidecars: [MOUNT], faults: 3, kinds: ["kill"], restarts: 3 },
  {
    name: "tampering, slow looks and deaths",
    sidecars: [MOUNT],
    faults: 3,
    kinds: ["tampering", "slow look", "kill"],
    restarts: 1,
  },
  {
    name: "full volume and any accident",
    sidecars: [MOUNT],
    faults: 2,
    kinds: [...ACCIDENTS, "volume full"],
    restarts: 1,
  },
  {
    name: "two sidecars, any accident",
    sidecars: [MOUNT, DOWNLOADS],
    faults: 1,
    kinds: ACCIDENTS,
    restarts: 1,
  },
  {
    name: "two sidecars, one fails while preparing, started again",
    sidecars: [MOUNT, DOWNLOADS],
    faults: 1,
    kinds: ["preparing fails"],
    restarts: 6,
    backOff: 3,
  },
  {
    name: "three sidecars, one death",
    sidecars: [MOUNT, DOWNLOADS, ONLY_SOURCE],
    faults: 1,
    kinds: ["kill"],
    restarts: 0,
  },
];

/** Beyond any bound that could be exhausted: visited along long random histories. */
export const RANDOM: Scenario = {
  name: "three sidecars, many accidents",
  sidecars: [MOUNT, DOWNLOADS, ONLY_SOURCE],
  faults: 6,
  kinds: [...ACCIDENTS, "slow look", "tampering", "volume full"],
  restarts: 4,
};
