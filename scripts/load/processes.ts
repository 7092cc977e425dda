/** What passes by the real program, and what it has to clean up as PID 1. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./directory.ts";

const NEVER_UPLOAD = ["app", "--wait-for", "files", "--upload", "never", "--run-id", "load"];

/** An old sidecar's marker is all it takes to be allowed to begin. */
function coordination(): string {
  const directory = mkdtempSync(join(tmpdir(), "load-"));
  Bun.spawnSync(["touch", join(directory, "mountdone")]);
  return directory;
}

function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  if (children === "") return [];
  return children
    .split(" ")
    .map(Number)
    .flatMap((child) => [child, ...descendants(child)]);
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // gone, as it should be
  }
}

/** The application's output does not come through us: it has the descriptors it would have had without us. */
export async function streams(kit: string, gigabytes: number): Promise<Figure> {
  const directory = coordination();
  try {
    const script = `readlink /proc/self/fd/1 >&2; head -c ${gigabytes}G /dev/zero; sleep 1`;
    const words = [...NEVER_UPLOAD, "--coord-point", directory, "--", "sh", "-c", script];
    const began = performance.now();
    const child = Bun.spawn([join(kit, "datamon-sidecar"), ...words], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const outside = new Response(child.stderr).text();
    let bytes = 0;
    let seconds = 0;
    let first = 0;
    let most = 0;
    const measure = (): void => {
      const memory = descendants(child.pid)
        .concat(child.pid)
        .reduce((sum, pid) => sum + memorySafely(pid), 0);
      if (first === 0) first = memory;
      most = Math.max(most, memory);
    };
    let next = 0;
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      if (bytes < next) continue;
      next += 2 ** 28;
      measure();
      seconds = (performance.now() - began) / 1000;
    }
    const code = await child.exited;
    const output = (await outside).split("\n").find((line) => /^(pipe|socket):/.test(line)) ?? "nothing";
    return {
      name: `${gigabytes} GB through the application's standard output`,
      figures: `${bytes} bytes arrived in ${seconds.toFixed(1)} s over the ${output.split(":")[0]} that was our standard output; all processes together ${first.toFixed(0)} MB at first, ${most.toFixed(0)} MB at most; exit code ${code}`,
      flat: code === 0 && bytes === gigabytes * 2 ** 30 && most - first < 16,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function memorySafely(pid: number): number {
  try {
    return memoryOf(pid);
  } catch {
    return 0;
  }
}

/** As PID 1 of a namespace, orphans are ours to reap. */
export async function orphans(kit: string, count: number): Promise<Figure> {
  const directory = coordination();
  try {
    // perl forks faster than a shell; every grandchild outlives its parent and becomes an orphan.
    const script = `$| = 1; for (1..${count}) { my $p = fork; if ($p == 0) { fork or select(undef, undef, undef, 0.01); exit } waitpid $p, 0 } print "made\\n"; sleep 1`;
    const words = [...NEVER_UPLOAD, "--coord-point", directory, "--", "perl", "-e", script];
    const child = Bun.spawn(
      ["unshare", "--pid", "--fork", "--mount-proc", join(kit, "datamon-sidecar"), ...words],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      },
    );
    const began = performance.now();
    let most = 0;
    let memory = 0;
    const sampler = setInterval(() => {
      try {
        const all = descendants(child.pid);
        most = Math.max(most, all.filter(isZombie).length);
        memory = Math.max(memory, memorySafely(all[0] ?? 0));
      } catch {
        // it has ended
      }
    }, 20);
    const reader = child.stdout.getReader();
    await reader.read();
    const seconds = (performance.now() - began) / 1000;
    await Bun.sleep(500);
    const left = descendants(child.pid).filter(isZombie).length;
    const code = await child.exited;
    clearInterval(sampler);
    return {
      name: `${count} orphans under PID 1`,
      figures: `${Math.round(count / seconds)} a second; at most ${most} zombies at once, ${left} half a second later; PID 1 has ${memory.toFixed(1)} MB at most; exit code ${code}`,
      flat: left === 0 && code === 0 && memory < 8,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
