import { readdir, readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../../core/errors.ts";
import type { Milliseconds } from "../../ports.ts";

const POLL_MS = 20;

/**
 * Ends every process of a server that is still at work on `folder`: one that a killed attempt left running, or backends that
 * outlived their postmaster. No shutdown checkpoint: the next start recovers. Then the lock file goes, which Postgres would
 * believe in a new container where its process id is somebody else's; it must never go while anybody still works there.
 * Errors: `system` when somebody does not end in time.
 */
export async function endLeftover(folder: string, patience: Milliseconds): Promise<void> {
  const deadline = performance.now() + patience;
  for (let left = await workersIn(folder); left.length > 0; left = await workersIn(folder)) {
    const late = performance.now() > deadline;
    for (const pid of left) signal(pid, late ? "SIGKILL" : "SIGQUIT");
    if (performance.now() > deadline + patience) {
      throw new KnownError(
        "system",
        `cannot end the Postgres processes ${left.join(", ")} that work on "${folder}"`,
      );
    }
    // Not our children: the kernel sends no event of their end.
    await Bun.sleep(POLL_MS);
  }
  await rm(join(folder, "postmaster.pid"), { force: true });
}

/** A postmaster and its children work in their data folder, which tells them from any other server's. */
async function workersIn(folder: string): Promise<readonly number[]> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const workers: number[] = [];
  for (const pid of pids) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (cwd !== real) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    if (name.trim() === "postgres" || name.trim() === "postmaster") workers.push(Number(pid));
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
