/** Everything that is done to a pod on purpose. */
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Container } from "../../test/support/container.ts";
import type { Pod } from "../../test/support/pod.ts";

export const STAGES = { before: "before", during: "during" } as const;

export interface Victim {
  readonly pod: Pod;
  /** The container that is aimed at, if it runs. */
  readonly container: Container | undefined;
  /** Name of its status file. */
  readonly participant: string;
  /** Markers of the sidecar, relative to the coordination directory. */
  readonly markers: readonly string[];
  /** Name of the sidecar's status file. */
  readonly sidecar: string;
  readonly duration: number;
}

export interface Fault {
  /** Before anybody is started, or while they run. */
  readonly stage: (typeof STAGES)[keyof typeof STAGES];
  /** The run may still exit 0; without it, this alone must make it fail. */
  readonly harmless?: boolean;
  /** Somebody writes into the coordination directory what only participants should: the run may fail, and the output may be uploaded early. */
  readonly hostile?: boolean;
  do(victim: Victim): Promise<void> | void;
}

const during = STAGES.during;
const before = STAGES.before;

/** Below the marker's name in the coordination directory. */
function marker(victim: Victim): string {
  const path = victim.pod.path("coord", victim.markers[victim.duration % victim.markers.length] ?? "");
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** Takes away what an earlier fault left there: writing through its link would hit whatever that points to. */
function free(path: string): string {
  rmSync(path, { force: true, recursive: true });
  return path;
}

function processOf(container: Container | undefined, part: RegExp): number | undefined {
  return container
    ?.processes()
    .find((pid) => part.test(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")));
}

function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  process.kill(pid, signal);
}

export const FAULTS = {
  "SIGKILL container": { stage: during, do: ({ container }) => container?.destroy() },
  "SIGKILL first process": { stage: during, do: ({ container }) => container?.signal("SIGKILL") },
  "SIGKILL brain": {
    stage: during,
    do: ({ container }) => signalTo(processOf(container, /datamon-sidecar\.bun/), "SIGKILL"),
  },
  "SIGKILL child": {
    stage: during,
    do: ({ container }) =>
      signalTo(
        processOf(container, /^(sh|sleep|datamon|bun|bindfs|psql|postgres:?) |\/bin\/postgres /),
        "SIGKILL",
      ),
  },
  "SIGTERM container": { stage: during, do: ({ container }) => container?.signal("SIGTERM") },
  "SIGTERM everything": { stage: during, do: ({ container }) => container?.signalAll("SIGTERM") },
  "SIGSTOP, SIGCONT": {
    stage: during,
    harmless: true,
    async do({ container, duration }) {
      container?.signalAll("SIGSTOP");
      await Bun.sleep(duration);
      container?.signalAll("SIGCONT");
    },
  },
  "SIGSTOP brain, SIGCONT": {
    stage: during,
    harmless: true,
    async do({ container, duration }) {
      const brain = processOf(container, /datamon-sidecar\.bun/);
      signalTo(brain, "SIGSTOP");
      await Bun.sleep(duration);
      signalTo(brain, "SIGCONT");
    },
  },
  "slow processor": {
    stage: during,
    harmless: true,
    async do({ container, duration }) {
      for (let i = 0; i < duration / 30; i++) {
        container?.signalAll("SIGSTOP");
        await Bun.sleep(25);
        container?.signalAll("SIGCONT");
        await Bun.sleep(5);
      }
    },
  },
  "volume full": {
    stage: during,
    do: ({ pod }) => {
      try {
        for (;;) appendFileSync(pod.path("coord", "ballast"), new Uint8Array(16_384));
      } catch {
        // full
      }
    },
  },
  "volume full for a moment": {
    stage: during,
    harmless: true,
    async do({ pod, duration }) {
      FAULTS["volume full"].do({ pod } as Victim);
      await Bun.sleep(Math.min(duration, 300));
      rmSync(pod.path("coord", "ballast"), { force: true });
    },
  },
  "volume read-only": {
    stage: during,
    do: ({ pod }) => {
      Bun.spawnSync(["mount", "-o", "remount,ro", pod.path("coord")]);
    },
  },
  "status folder moved away": {
    stage: during,
    hostile: true,
    do: ({ pod }) => renameSync(pod.path("coord", ".status"), pod.path("coord", "elsewhere")),
  },
  "store full": {
    stage: during,
    do: ({ pod }) => {
      writeFileSync(pod.path("full"), "");
      const { folder } = pod.store;
      Bun.spawnSync(["mount", "-o", "remount,size=64k", folder]);
    },
  },
  "corrupted blob": {
    stage: before,
    do: ({ pod }) => {
      const folder = join(pod.store.folder, "blob");
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const bytes = readFileSync(path);
        // The leaf of the 5000 bytes: nothing else is so large.
        if (bytes.length !== 5000) continue;
        bytes[17] = 1;
        writeFileSync(path, bytes);
      }
    },
  },
  "truncated status": {
    stage: during,
    hostile: true,
    do: ({ pod, participant }) => truncateSync(pod.path("coord", ".status", `${participant}.json`), 17),
  },
  "removed status": {
    stage: during,
    harmless: true,
    hostile: true,
    do: ({ pod, participant }) => rmSync(pod.path("coord", ".status", `${participant}.json`)),
  },
  "forged status": {
    stage: during,
    hostile: true,
    do: ({ pod, participant }) => {
      const path = pod.path("coord", ".status", `${participant}.json`);
      const status = JSON.parse(readFileSync(path, "utf8")) as object;
      rmSync(path);
      writeFileSync(path, JSON.stringify({ ...status, phase: "done", request: "guess", decision: "upload" }));
    },
  },
  "empty markers": {
    stage: during,
    hostile: true,
    harmless: true,
    do: (victim) => writeFileSync(free(marker(victim)), ""),
  },
  "marker with text": {
    stage: during,
    hostile: true,
    do: (victim) => writeFileSync(free(marker(victim)), "hello"),
  },
  "marker that is a link": {
    stage: during,
    hostile: true,
    do: (victim) => {
      const target = victim.pod.write("precious", "target-of-a-link");
      symlinkSync(target, free(marker(victim)));
    },
  },
  "marker that is a FIFO": {
    stage: during,
    hostile: true,
    do: (victim) => {
      Bun.spawnSync(["mkfifo", free(marker(victim))]);
    },
  },
  "marker that is huge": {
    stage: during,
    hostile: true,
    do: (victim) => {
      writeFileSync(free(marker(victim)), "");
      truncateSync(marker(victim), 2 ** 33);
    },
  },
  "strange files": {
    stage: before,
    harmless: true,
    do: ({ pod }) => {
      mkdirSync(pod.path("coord", ".status"), { recursive: true });
      for (const name of ["a\nb", "x".repeat(255), "run.json", "mountdone.tmp", "-rf", "*"]) {
        writeFileSync(pod.path("coord", name), "text");
        writeFileSync(pod.path("coord", ".status", name), "text");
      }
      writeFileSync(pod.path("coord", ".status", "stranger.json"), '{"version":1}');
      chownSync(pod.path("coord", ".status", "stranger.json"), 54_321, 54_321);
      symlinkSync("loop", pod.path("coord", "loop"));
      Bun.spawnSync(["mkfifo", pod.path("coord", ".status", "fifo.json")]);
    },
  },
  "left by an earlier run": {
    stage: before,
    harmless: true,
    do: ({ pod, markers, sidecar }) => {
      const folder = pod.path("coord", ".status");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "run.1.json"), '{"run":"earlier"}\n');
      const common = { version: 1, run: "earlier", attempt: 1, beat: 9, bundles: [], reserved: {} };
      for (const participant of ["app", sidecar]) {
        const status = {
          ...common,
          participant,
          phase: "done",
          decision: "upload",
          request: "r",
          applicationExitCode: 0,
        };
        writeFileSync(join(folder, `${participant}.json`), JSON.stringify(status));
      }
      for (const name of markers) {
        const text = { run: "earlier", participant: sidecar, time: "" };
        mkdirSync(dirname(pod.path("coord", name)), { recursive: true });
        writeFileSync(pod.path("coord", name), JSON.stringify(text));
      }
    },
  },
  "left by old peers": {
    stage: before,
    harmless: true,
    do: ({ pod, markers }) => {
      for (const name of markers) {
        mkdirSync(dirname(pod.path("coord", name)), { recursive: true });
        writeFileSync(pod.path("coord", name), "");
      }
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultKind = keyof typeof FAULTS;
