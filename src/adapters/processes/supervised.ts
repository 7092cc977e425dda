import { spawn } from "node:child_process";
import { childEnvironment, type Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";
import type { Outcome } from "../../core/exit-codes.ts";
import { drain, type Identity, type OnLine, outcomeOf, signalGroup } from "./child.ts";
import { requireProgram } from "./find.ts";
import { endsWithUs } from "./survivors.ts";

export interface SupervisedOptions {
  readonly env?: Environment;
  readonly cwd?: string;
  /** Who the child runs as, which takes root; ourselves when not given. */
  readonly identity?: Identity;
  readonly logFile?: string;
  readonly onLine?: OnLine;
}

/** A child that is meant to live on until it is told to end. */
export interface Supervised {
  readonly pid: number;
  /** Resolves when the process has ended and its output is read. Never rejects. */
  readonly ended: Promise<Outcome>;
  /** The last 4096 characters of each stream. */
  output(): { readonly stdout: string; readonly stderr: string; readonly logFile: string | undefined };
  /** Signals the process alone; no error when it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** Kills the whole group. */
  kill(): void;
}

export type SpawnSupervised = (
  command: string,
  args: readonly string[],
  options?: SupervisedOptions,
) => Promise<Supervised>;

/**
 * Starts a long-lived child in a session of its own: a Ctrl-C at the terminal reaches us, and we decide in which
 * order the children end. Not through zx, whose handle resolves once at the end, and whose way of stopping
 * (TERM to all) is the one a FUSE process must not get.
 * Errors: `system` when it cannot be started.
 */
export const spawnSupervised: SpawnSupervised = async (command, args, options = {}) => {
  const env = options.env ?? process.env;
  const program = requireProgram(command, env);
  const child = spawn(program, [...args], {
    argv0: command,
    cwd: options.cwd ?? process.cwd(),
    env: childEnvironment(env),
    detached: true,
    ...options.identity,
    stdio: ["ignore", "pipe", "pipe"],
  });
  endsWithUs(child);
  const output = drain(child, options.logFile, options.onLine);
  let over = false;
  const ended = new Promise<Outcome>((resolve) => {
    child.once("exit", () => (over = true));
    child.once("close", (code, signal) => resolve(outcomeOf(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(new KnownError("system", `cannot run "${program}": ${cause.message}`, { cause })),
    );
  });
  const pid = child.pid;
  if (pid === undefined) throw new KnownError("bug", `"${program}" was started but has no process id`);
  return {
    pid,
    ended,
    output: () => ({ stdout: output.stdout.text, stderr: output.stderr.text, logFile: output.logFile }),
    signal(signal) {
      if (!over) child.kill(signal);
    },
    kill() {
      if (!over) signalGroup(pid, "SIGKILL");
    },
  };
};
