/** Signals, to whom they were never meant to be sent. */
import { readFileSync } from "node:fs";
import type { Fault, Victim } from "./fault.ts";

const BRAIN = /datamon-sidecar\.bun/;
const CHILD = /^(sh|sleep|datamon|bun|bindfs|psql|initdb|pg_ctl|postgres:?)\b|\/bin\/(postgres|initdb) /;

function processesOf({ container }: Victim, part: RegExp): number[] {
  return (container?.processes() ?? []).filter((pid) => part.test(commandLine(pid)));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended meanwhile
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended meanwhile
    }
  }
}

export const PROCESS_FAULTS = {
  "SIGKILL container": { stage: "during", kills: true, do: ({ container }) => container?.destroy() },
  "SIGKILL first process": {
    stage: "during",
    kills: true,
    do: ({ container }) => container?.signal("SIGKILL"),
  },
  "SIGKILL brain": {
    stage: "during",
    kills: true,
    do: (victim) => signalAll(processesOf(victim, BRAIN), "SIGKILL"),
  },
  "SIGKILL child": {
    stage: "during",
    do(victim) {
      const children = processesOf(victim, CHILD);
      const unlucky = children[victim.choice % Math.max(1, children.length)];
      if (unlucky !== undefined) signalAll([unlucky], "SIGKILL");
    },
  },
  "SIGTERM container": { stage: "during", do: ({ container }) => container?.signal("SIGTERM") },
  "SIGTERM everything": { stage: "during", do: ({ container }) => container?.signalAll("SIGTERM") },
  "SIGSTOP, SIGCONT": {
    stage: "during",
    async do({ container, duration }) {
      container?.signalAll("SIGSTOP");
      await Bun.sleep(duration);
      container?.signalAll("SIGCONT");
    },
  },
  "SIGSTOP brain, SIGCONT": {
    stage: "during",
    async do(victim) {
      const brain = processesOf(victim, BRAIN);
      signalAll(brain, "SIGSTOP");
      await Bun.sleep(victim.duration);
      signalAll(brain, "SIGCONT");
    },
  },
  "slow processor": {
    stage: "during",
    async do({ container, duration }) {
      for (let i = 0; i < duration / 30; i++) {
        container?.signalAll("SIGSTOP");
        await Bun.sleep(25);
        container?.signalAll("SIGCONT");
        await Bun.sleep(5);
      }
    },
  },
  "clock jumps": {
    stage: "during",
    unnoticed: true,
    async do({ clock, choice, duration }) {
      const HOUR = 3600;
      const jumps = [HOUR, -HOUR, 90 * 24 * HOUR, -90 * 24 * HOUR, 12 * 365 * 24 * HOUR, -1, 3 * HOUR];
      clock?.shift(jumps[choice % jumps.length] ?? 0);
      await Bun.sleep(duration);
      // Some nodes are set right again.
      if (choice % 2 === 0) clock?.shift(0);
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;
