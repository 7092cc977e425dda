import { readFileSync } from "node:fs";
import type { Milliseconds } from "../../../ports.ts";

/**
 * Less than this in a whole stall window is no transfer: a connection that is retried again and again moves some
 * kilobytes a minute as well.
 */
const MOVED_BYTES = 1_000_000;
const LOOKS_PER_WINDOW = 20;
const LONGEST_LOOK_MS = 5000;

export interface Moved {
  readonly read: number;
  readonly written: number;
}

/**
 * Bytes a process and its living children have read and written through system calls, pipes and sockets included
 * (proc_pid_io(5)); the command may be a script around the real one. Undefined where the kernel does not tell.
 */
export function bytesMovedBy(pid: number): Moved | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/io`, "utf8");
    const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1]);
    const below = childrenOf(pid).flatMap((child) => bytesMovedBy(child) ?? []);
    const read = below.reduce((sum, moved) => sum + moved.read, field("rchar"));
    const written = below.reduce((sum, moved) => sum + moved.written, field("wchar"));
    return Number.isNaN(read + written) ? undefined : { read, written };
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  } catch {
    return [];
  }
}

/**
 * Calls `stalled` once when the process has moved next to nothing for `window`. datamon retries for ever when the
 * network is away, so this is the only deadline a transfer has. Where the kernel does not tell what a process
 * moves there is none. The returned function ends the watching.
 */
export function watchStall(pid: number, window: Milliseconds, stalled: () => void): () => void {
  let mark = 0;
  let since = performance.now();
  const look = (): void => {
    const now = performance.now();
    const moved = bytesMovedBy(pid);
    const bytes = moved === undefined ? undefined : moved.read + moved.written;
    // It is less than before when a child has ended, which is a sign of life too.
    if (bytes === undefined || bytes >= mark + MOVED_BYTES || bytes < mark) {
      mark = bytes ?? mark;
      since = now;
    } else if (now - since >= window) {
      clearInterval(timer);
      stalled();
    }
  };
  const timer = setInterval(look, Math.min(LONGEST_LOOK_MS, window / LOOKS_PER_WINDOW));
  return () => clearInterval(timer);
}
