import { readdir, readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../../core/errors.ts";
import { IMMEDIATE_MS } from "../../core/postgres/shutdown.ts";
import { isWithin } from "../../core/within.ts";

const POLL_MS = 20;

/** Programs of ours that outlive a sidecar that is killed alone. What the kernel calls a process has 15 characters at most. */
const PROGRAMS: ReadonlySet<string> = new Set([
  "postgres",
  "postmaster",
  "initdb",
  "pg_upgrade",
  "pg_dumpall",
  "pg_dump",
  "pg_restore",
  "psql",
  "datamon",
]);

/**
 * Ends every process that is still at work on `folder`: a server that a killed attempt left running, backends that outlived
 * their postmaster, an upgrade or a transfer half-way. No shutdown checkpoint: the next start recovers. Then the lock file goes,
 * which Postgres would believe in a new container where its process id is somebody else's; it must never go while anybody
 * still works there.
 * Errors: `system` when somebody does not end in time.
 */
export async function endLeftover(folder: string): Promise<void> {
  const deadline = performance.now() + IMMEDIATE_MS;
  for (let left = await workersIn(folder); left.length > 0; left = await workersIn(folder)) {
    const late = performance.now() > deadline;
    for (const pid of left) signal(pid, late ? "SIGKILL" : "SIGQUIT");
    if (performance.now() > deadline + IMMEDIATE_MS) {
      throw new KnownError("system", `cannot end the processes ${left.join(", ")} that work on "${folder}"`, {
        remedy: "look for a volume that does not answer: nothing else keeps a killed process",
      });
    }
    // Not our children: the kernel sends no event of their end.
    await Bun.sleep(POLL_MS);
  }
  await rm(join(folder, "postmaster.pid"), { force: true });
}

/** Servers work in their data folder, tools are told of it; in another mount namespace the same path is another folder. */
async function workersIn(folder: string): Promise<readonly number[]> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return [];
  const within = (path: string): boolean => [folder, real].some((ours) => isWithin(path, ours));
  const namespace = await readlink("/proc/self/ns/mnt").catch(() => undefined);
  const workers: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    if (!PROGRAMS.has(name.trim())) continue;
    const theirs = await readlink(`/proc/${pid}/ns/mnt`).catch(() => undefined);
    if (theirs !== namespace) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    const told = words.map((word) => word.replace(/^--[\w-]+=/, ""));
    if (within(cwd) || told.some(within)) workers.push(Number(pid));
  }
  return workers;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between, or is not ours to signal: the next look tells.
  }
}
