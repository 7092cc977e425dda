import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { constants } from "node:os";
import type { Outcome } from "../../core/exit-codes.ts";
import { OutputTail } from "../../core/output-tail.ts";
import { LogFile } from "./log-file.ts";

/** A child without standard input, whose both outputs are ours to drain. */
export type DrainedChild = ChildProcessByStdio<null, Readable, Readable>;

/** A user and a group by number: a name in the password file is not needed. Supplementary groups are dropped. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Takes one line of output, without its line end. */
export type OnLine = (line: string, stream: "stdout" | "stderr") => void;

/** How long output may stay open after the process ended, held by a descendant that went on living. */
const LINGER_MS = 1000;

export interface Output {
  readonly stdout: OutputTail;
  readonly stderr: OutputTail;
  /** Path of the full log, when there is one. */
  readonly logFile: string | undefined;
}

/**
 * Drains a child's output for as long as it lives: all of it into a bounded log file, its end into memory.
 * A descendant that keeps the pipes open (a daemon started by the command) does not keep us waiting.
 */
export function drain(child: DrainedChild, logFile: string | undefined, onLine?: OnLine): Output {
  const log = new LogFile(logFile);
  const tailOf = (stream: "stdout" | "stderr"): OutputTail => {
    const tail = new OutputTail(onLine === undefined ? undefined : (line) => onLine(line, stream));
    child[stream].on("data", (chunk: Buffer) => {
      log.write(chunk);
      tail.push(chunk);
    });
    child[stream].once("end", () => tail.end());
    return tail;
  };
  const output = { stdout: tailOf("stdout"), stderr: tailOf("stderr"), logFile: log.path };
  child.once("exit", () => {
    const linger = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, LINGER_MS);
    child.once("close", () => clearTimeout(linger));
  });
  child.once("close", () => log.close());
  return output;
}

/** Signals a child's whole process group; no error when nobody is left in it. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * How a child ended, by what its `close` event tells. Node and Bun alike tell code 0 of a death by a real-time
 * signal (32 and above), which cannot be told apart here; nothing we know of sends one.
 */
export function outcomeOf(code: number | null, signal: NodeJS.Signals | null): Outcome {
  if (signal !== null) return { type: "signal", signal: constants.signals[signal] };
  return { type: "code", code: code ?? 1 };
}
