/** What others leave or do in the coordination directory. Nothing here is ever written through a link. */
import {
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Pod } from "../../../test/support/pod.ts";
import { chosen, type Fault, type Victim } from "./fault.ts";

const STRANGER = 54_321;

/** A marker's path, with its folder. */
function marker(victim: Victim): string {
  const path = victim.pod.path("coord", chosen(victim, victim.markers));
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** Takes away what an earlier fault left there: writing through its link would hit whatever that points to. */
function free(path: string): string {
  rmSync(path, { force: true, recursive: true });
  return path;
}

function statusOf({ pod, participant }: Victim): string {
  return pod.path("coord", ".status", `${participant}.json`);
}

function socket(path: string): void {
  // Listening makes it; closed, it stays behind as any crashed server's does.
  const script = `require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  Bun.spawnSync([process.execPath, "-e", script, path]);
}

const STRANGE_NAMES = ["a\nb", "x".repeat(255), "run.json", "mountdone.tmp", "-rf", "*", "\u001b[2J", " "];
const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0x80]);

function plantStrangeFiles(pod: Pod): void {
  const folders = [pod.path("coord"), pod.path("coord", ".status")];
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    for (const [i, name] of STRANGE_NAMES.entries()) {
      writeFileSync(join(folder, name), "text");
      if (i % 2 === 0) chownSync(join(folder, name), STRANGER, STRANGER);
    }
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), NOT_UTF8]), "text");
    mkdirSync(join(folder, "new\nline.json"));
    symlinkSync("loop", join(folder, "loop"));
    symlinkSync("/", join(folder, "root"));
    Bun.spawnSync(["mkfifo", join(folder, "fifo.json")]);
    socket(join(folder, "socket.json"));
  }
  const status = folders[1] ?? "";
  writeFileSync(join(status, "stranger.json"), '{"version":1}');
  chownSync(join(status, "stranger.json"), STRANGER, STRANGER);
}

export const DIRECTORY_FAULTS = {
  "status folder moved away": {
    stage: "during",
    forgets: true,
    do: ({ pod }) => renameSync(pod.path("coord", ".status"), pod.path("coord", "elsewhere")),
  },
  "truncated status": { stage: "during", do: (victim) => truncateSync(statusOf(victim), 17) },
  "removed status": { stage: "during", forgets: true, do: (victim) => rmSync(statusOf(victim)) },
  "status that belongs to another user": {
    stage: "during",
    do: (victim) => {
      const path = statusOf(victim);
      writeFileSync(`${path}.new`, readFileSync(path));
      chownSync(`${path}.new`, STRANGER, STRANGER);
      renameSync(`${path}.new`, path);
    },
  },
  "forged status": {
    stage: "during",
    pretends: true,
    do: (victim) => {
      const path = statusOf(victim);
      const status = JSON.parse(readFileSync(path, "utf8")) as object;
      rmSync(path);
      writeFileSync(path, JSON.stringify({ ...status, phase: "done", request: "guess", decision: "upload" }));
    },
  },
  "empty markers": {
    stage: "during",
    pretends: true,
    do: (victim) => writeFileSync(free(marker(victim)), ""),
  },
  "marker with text": { stage: "during", do: (victim) => writeFileSync(free(marker(victim)), "hello") },
  "marker that is a link": {
    stage: "during",
    do: (victim) => {
      const target = victim.pod.write("precious", "target-of-a-link");
      symlinkSync(target, free(marker(victim)));
    },
  },
  "marker that is a FIFO": {
    stage: "during",
    do: (victim) => {
      Bun.spawnSync(["mkfifo", free(marker(victim))]);
    },
  },
  "marker that is a socket": { stage: "during", do: (victim) => socket(free(marker(victim))) },
  "marker that is a folder": { stage: "during", do: (victim) => mkdirSync(free(marker(victim))) },
  "marker that is huge": {
    stage: "during",
    do: (victim) => {
      writeFileSync(free(marker(victim)), "");
      truncateSync(marker(victim), 2 ** 33);
    },
  },
  "strange files": { stage: "before", unnoticed: true, do: ({ pod }) => plantStrangeFiles(pod) },
  "left by an earlier run": {
    stage: "before",
    unnoticed: true,
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
    stage: "before",
    pretends: true,
    do: ({ pod, markers }) => {
      for (const name of markers) {
        mkdirSync(dirname(pod.path("coord", name)), { recursive: true });
        writeFileSync(pod.path("coord", name), "");
      }
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;
