/** The coordination directory under many participants and among many files. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/adapters/clock.ts";
import { openDirectory } from "../../src/adapters/coordination/directory.ts";
import type { Peer } from "../../src/core/participants.ts";
import { participantOf, WRAPPER } from "../../src/core/participants.ts";
import type { Phase, Status } from "../../src/core/status.ts";
import type { Coordination } from "../../src/ports.ts";

export interface Figure {
  readonly name: string;
  readonly figures: string;
  readonly flat: boolean;
}

const ROUNDS = 200;

export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function open(directory: string, participant: string, peers: readonly Peer[]): Coordination {
  return openDirectory({ directory, participant, peers, identity: "load", clock: systemClock });
}

function say(coordination: Coordination, participant: string, phase: Phase, beat: number): void {
  const status: Status = {
    version: 1,
    participant,
    run: coordination.run,
    attempt: 1,
    phase,
    since: "",
    beat,
    at: "",
    bundles: [],
    reserved: {},
  };
  coordination.publish(status);
}

/** One wrapper that looks at everybody, everybody beating. */
export async function crowd(count: number): Promise<Figure> {
  const directory = mkdtempSync(join(tmpdir(), "load-"));
  try {
    const peers: Peer[] = Array.from({ length: count - 1 }, (_, i) => ({
      kind: "postgres",
      database: `db${i}`,
    }));
    const sidecars = peers.map((peer) => open(directory, participantOf(peer), [peer]));
    const wrapper = open(directory, WRAPPER, peers);
    let woken = 0;
    const stop = wrapper.watch(() => (woken += 1));
    const before = openDescriptors();
    const beats: number[] = [];
    const looks: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const began = performance.now();
      for (const [i, sidecar] of sidecars.entries()) say(sidecar, `postgres-db${i}`, "ready", round);
      beats.push((performance.now() - began) / sidecars.length);
      const looked = performance.now();
      const { peers: seen, damage } = wrapper.look();
      looks.push(performance.now() - looked);
      const beating = Object.values(seen).filter(({ status }) => status?.beat === round).length;
      if (damage !== undefined || beating !== sidecars.length)
        throw new Error(`saw ${beating} beats: ${damage?.cause}`);
      await Bun.sleep(0);
    }
    stop();
    const after = openDescriptors();
    return {
      name: `${count} participants in one directory`,
      figures: `a look at all takes ${milliseconds(looks)}, a beat ${milliseconds(beats)} (medians of ${ROUNDS}); the wrapper was woken ${woken} times by ${ROUNDS * sidecars.length} beats; descriptors ${before} before, ${after} after`,
      flat: after <= before,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A directory that somebody has filled with files of no concern. */
export async function foreignFiles(count: number): Promise<Figure> {
  const directory = mkdtempSync(join(tmpdir(), "load-"));
  try {
    const files = open(directory, "files", [{ kind: "files" }]);
    say(files, "files", "ready", 1);
    for (let i = 0; i < count; i++) writeFileSync(join(directory, `foreign-${i}`), "");
    for (let i = 0; i < count / 10; i++)
      writeFileSync(join(directory, ".status", `foreign-${i}.json`), "text");
    const joined = performance.now();
    const wrapper = open(directory, WRAPPER, [{ kind: "files" }]);
    const join_ = performance.now() - joined;
    const before = openDescriptors();
    const looks: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const looked = performance.now();
      const { damage } = wrapper.look();
      if (damage !== undefined) throw new Error(damage.cause);
      looks.push(performance.now() - looked);
    }
    const after = openDescriptors();
    return {
      name: `${count} foreign files, and ${count / 10} among the statuses`,
      figures: `joining takes ${join_.toFixed(0)} ms, a look ${milliseconds(looks)} (median of ${ROUNDS}); descriptors ${before} before, ${after} after`,
      flat: after <= before,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function milliseconds(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${(sorted[sorted.length >> 1] ?? 0).toFixed(2)} ms`;
}
