import { oneOf, parseObject, stringAt } from "../json.ts";
import { type MadeFrom, madeFromAt } from "./manifest.ts";

/**
 * Our own corner of a data folder: datamon never uploads a top folder of this name, so what lies here
 * belongs to this volume and not to the bundle.
 */
export const PRIVATE_FOLDER = ".datamon";
export const CLAIM = `${PRIVATE_FOLDER}/sidecar.json`;
/** Where clusters are made before they are complete: a new or downloaded one, an upgraded one, and its dump. */
export const WORKSHOPS = ["incoming", "upgraded", "dump"] as const;
export type Workshop = (typeof WORKSHOPS)[number];

export function workshopPath(name: Workshop): string {
  return `${PRIVATE_FOLDER}/${name}`;
}

/**
 * `preparing`: what lies in the folder is incomplete. `prepared`: it is a whole cluster, used in `run`. `settled`: the
 * cluster was found fit to be archived and shut down cleanly, and must not be touched until its upload is complete.
 */
export type ClaimPhase = (typeof PHASES)[number];

const PHASES = ["preparing", "prepared", "settled"] as const;

/** Says that a data folder is ours: only a folder that carries this is ever emptied. */
export interface Claim {
  readonly participant: string;
  readonly run: string;
  readonly phase: ClaimPhase;
  /** Set when the cluster was upgraded here: the bundle that comes of it says so. */
  readonly madeFrom?: MadeFrom;
}

export function formatClaim(claim: Claim): string {
  return `${JSON.stringify(claim)}\n`;
}

export function parseClaim(text: string): Claim | undefined {
  const object = parseObject(text);
  if (object === undefined) return undefined;
  const participant = stringAt(object, "participant");
  const run = stringAt(object, "run");
  const phase = oneOf(PHASES, stringAt(object, "phase"));
  if (participant === undefined || run === undefined || phase === undefined) return undefined;
  const madeFrom = madeFromAt(object);
  return { participant, run, phase, ...(madeFrom === undefined ? {} : { madeFrom }) };
}

/** What a data folder holds when we come to it. */
export type Occupancy =
  | { readonly type: "vacant" }
  | { readonly type: "ours"; readonly claim: Claim }
  | { readonly type: "foreign"; readonly entries: readonly string[] };

/**
 * `fresh`: take the folder, empty as it is. `again`: it is ours from another run or from an attempt that did not
 * get far: empty it. `resume`: an earlier attempt of this very run left a whole cluster that the application may
 * have written to. `refuse`: somebody else's.
 */
export type Approach = "fresh" | "again" | "resume" | "refuse";

export function approachTo(occupancy: Occupancy, participant: string, run: string): Approach {
  switch (occupancy.type) {
    case "vacant":
      return "fresh";
    case "foreign":
      return "refuse";
    case "ours": {
      const { claim } = occupancy;
      if (claim.participant !== participant) return "refuse";
      return claim.phase !== "preparing" && claim.run === run ? "resume" : "again";
    }
  }
}
