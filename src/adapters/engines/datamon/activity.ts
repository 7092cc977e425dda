import { readFileSync } from "node:fs";
import type { Milliseconds } from "../../../ports.ts";

/**
 * Less than this in a whole stall window is no transfer: a connection that is retried again and again moves some
 * kilobytes a minute as well.
 */
const MOVED_BYTES = 1_000_000;
const LOOKS_PER_WINDOW = 20;
const LONGEST_LOOK_MS = 5000;

/** Bytes a process has read and written through system calls, pipes and sockets included (proc_pid_io(5)). */
export function bytesMovedBy(pid: number): { readonly read: number; readonly written: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/io`, "utf8");
    const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1]);
    const moved = { read: field("rchar"), written: field("wchar") };
    return Number.isNaN(moved.read + moved.written) ? undefined : moved;
  } catch {
    return undefined;
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
    const moved = bytesMovedBy(pid);
    const now = performance.now();
    if (moved === undefined || moved.read + moved.written >= mark + MOVED_BYTES) {
      mark = moved === undefined ? mark : moved.read + moved.written;
      since = now;
    } else if (now - since >= window) {
      clearInterval(timer);
      stalled();
    }
  };
  const timer = setInterval(look, Math.min(LONGEST_LOOK_MS, window / LOOKS_PER_WINDOW));
  return () => clearInterval(timer);
}
