/** Signals, to whom they were never meant to be sent. */
import { readFileSync } from "node:fs";
import type { Container } from "../../../test/support/container.ts";
import type { Fault, Victim } from "./fault.ts";

const BRAIN = /datamon-sidecar\.bun/;
const CHILD = /^(sh|sleep|datamon|bun|bindfs|psql|initdb|pg_ctl|postgres:?)\b|\/bin\/(postgres|initdb) /;

function processesOf(container: Container | undefined, part: RegExp): number[] {
  return (container?.processes() ?? []).filter((pid) =>
    part.test(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")),
  );
}

function signalBrain({ container }: Victim, signal: NodeJS.Signals): void {
  for (const pid of processesOf(container, BRAIN)) process.kill(pid, signal);
}

export const PROCESS_FAULTS = {
  "SIGKILL container": { stage: "during", kills: true, do: ({ container }) => container?.destroy() },
  "SIGKILL first process": {
    stage: "during",
    kills: true,
    do: ({ container }) => container?.signal("SIGKILL"),
  },
  "SIGKILL brain": { stage: "during", kills: true, do: (victim) => signalBrain(victim, "SIGKILL") },
  "SIGKILL child": {
    stage: "during",
    do(victim) {
      const children = processesOf(victim.container, CHILD);
      const unlucky = children[victim.choice % Math.max(1, children.length)];
      if (unlucky !== undefined) process.kill(unlucky, "SIGKILL");
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
      signalBrain(victim, "SIGSTOP");
      await Bun.sleep(victim.duration);
      signalBrain(victim, "SIGCONT");
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
