/** Programs we start: finite ones (`run`) and those that live beside us (`spawnSupervised`). */
export type { Identity } from "./processes/child.ts";
export { findOnPath } from "./processes/find.ts";
export { type Finished, run, type Run, type RunOptions } from "./processes/run.ts";
export { spawnSupervised, type SpawnSupervised, type Supervised } from "./processes/supervised.ts";
