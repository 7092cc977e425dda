/** Days of waiting in seconds: a real participant on a real directory, with a clock that runs as fast as it is asked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectory } from "../../src/adapters/coordination/directory.ts";
import { WRAPPER } from "../../src/core/participants.ts";
import type { AppSettings } from "../../src/config/settings.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { runWrapper } from "../../src/roles/wrapper.ts";
import { runSidecar } from "../../src/roles/sidecar.ts";
import { type Figure, openDescriptors } from "./directory.ts";

const HOUR_MS = 3_600_000;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time passes only when `advance` is called; timers fire in their order. */
class FastClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];
  fired = 0;

  now(): number {
    return this.#now;
  }

  wall(): string {
    return new Date(this.#now).toISOString();
  }

  after(delay: number, callback: () => void): () => void {
    const timer = { at: this.#now + delay, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Fires the next timer; false when it lies behind `until`. */
  step(until: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined || next.at > until) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    this.fired += 1;
    next.callback();
    return true;
  }
}

const silent = (): void => undefined;
const QUIET: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** A wrapper whose application runs for `hours`, and its sidecar, each beating and looking all the while. */
export async function waiting(hours: number): Promise<Figure> {
  const directory = mkdtempSync(join(tmpdir(), "load-"));
  try {
    const clock = new FastClock();
    const peer = { kind: "files" } as const;
    const rhythm = {
      pollInterval: 5000,
      beatInterval: 5000,
      silenceTimeout: 30_000,
      returnTimeout: 360_000,
      grace: 25_000,
    };
    const common = { ...rhythm, applicationTimeout: 0, startTimeout: HOUR_MS, uploadTimeout: HOUR_MS };
    const open = (participant: string) =>
      openDirectory({ directory, participant, peers: [peer], identity: "load", clock });
    const dependencies = { clock, log: QUIET, signals: () => silent };
    const ended = Promise.withResolvers<{ type: "code"; code: number }>();
    const settings = { ...common, peers: [peer], upload: "on-success" } as unknown as AppSettings;
    const workload = {
      prepare: async () => undefined,
      died: new Promise<Error>(silent),
      settle: async () => undefined,
      upload: async () => undefined,
      abandon: async () => undefined,
      hasDestination: true,
      toleratesRestart: true,
    };
    const sidecar = runSidecar(peer, common as unknown as Parameters<typeof runSidecar>[1], {
      ...dependencies,
      coordination: open("files"),
      workload,
    });
    const application = { start: async () => ({ pid: 1 }), signal: silent, ended: ended.promise };
    const wrapper = runWrapper(settings, { ...dependencies, coordination: open(WRAPPER), application });

    const live = async (until: number): Promise<void> => {
      for (let i = 0; clock.step(until); i++) if (i % 500 === 0) await Bun.sleep(0);
    };
    await live(HOUR_MS);
    Bun.gc(true);
    const [heap, descriptors] = [process.memoryUsage().heapUsed, openDescriptors()];
    const began = performance.now();
    await live(hours * HOUR_MS);
    const seconds = (performance.now() - began) / 1000;
    Bun.gc(true);
    const grown = (process.memoryUsage().heapUsed - heap) / 1024;
    const more = openDescriptors() - descriptors;
    ended.resolve({ type: "code", code: 0 });
    const ends: number[] = [];
    for (const life of [wrapper, sidecar]) void life.then(({ exitCode }) => ends.push(exitCode));
    for (let turn = 1; ends.length < 2 && turn < 100; turn++) {
      await Bun.sleep(1);
      await live(hours * HOUR_MS + turn * 5000);
    }
    return {
      name: `${hours} simulated hours of a running application`,
      figures: `${clock.fired} timers in ${seconds.toFixed(1)} s; heap ${grown.toFixed(0)} KiB more than after the first hour, ${more} more descriptors; exit codes ${ends.join(", ")}`,
      flat: grown < 1024 && more <= 0 && ends.join() === "0,0",
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
