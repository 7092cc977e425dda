import { spawn } from "node:child_process";
import { childEnvironment, type Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";
import type { Outcome } from "../../core/exit-codes.ts";
import type { Milliseconds } from "../../ports.ts";
import { drain, type DrainedChild, type Identity, type OnLine, outcomeOf, type Output } from "./child.ts";
import { requireProgram } from "./find.ts";
import { Ladder } from "./ladder.ts";
import { endsWithUs } from "./survivors.ts";

export interface RunOptions {
  /** The whole environment, before hidden variables are given back. */
  readonly env?: Environment;
  readonly cwd?: string;
  /** Who the command runs as, which takes root; ourselves when not given. */
  readonly identity?: Identity;
  /** Ends the command when it takes longer. */
  readonly timeout?: Milliseconds;
  /** Between TERM and KILL; 10 s when not given. */
  readonly grace?: Milliseconds;
  /** Ends the command; `run` then rejects with `stopped`. */
  readonly signal?: AbortSignal;
  /** Receives all output, bounded. */
  readonly logFile?: string;
  readonly onLine?: OnLine;
  /** Called once the process exists. */
  readonly onStart?: (pid: number) => void;
}

/** A command that has ended, by itself or by its timeout. */
export interface Finished {
  readonly outcome: Outcome;
  readonly timedOut: boolean;
  /** The last 4096 characters of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly duration: Milliseconds;
  readonly logFile: string | undefined;
}

export type Run = (command: string, args: readonly string[], options?: RunOptions) => Promise<Finished>;

/** zx keeps all output in memory through this store; ours is in `drain`, bounded, so this one forgets. */
const forgetful = (): never[] => Object.assign([], { push: () => 0 });

/**
 * Runs a finite command in a process group of its own, without a shell and without standard input. An exit code
 * other than 0 is a result, not an error. When `signal` aborts or the timeout passes, the group gets TERM and
 * after the grace KILL.
 * Errors: `system` when it cannot be started, `stopped` when aborted.
 */
export const run: Run = async (command, args, options = {}) => {
  throwIfStopped(command, options.signal);
  const env = options.env ?? process.env;
  const program = requireProgram(command, env);
  const { $ } = await import("zx/core");
  throwIfStopped(command, options.signal);

  let output: Output | undefined;
  let ladder: Ladder | undefined;
  /**
   * zx builds a shell's command line out of its template; it is not used: what runs is `program` with `args`.
   * Nothing is quoted, so nothing can be injected.
   */
  const spawnDirectly = (_line: string, _args: unknown, zxOptions: object): DrainedChild => {
    const child = spawn(program, [...args], {
      ...zxOptions,
      shell: false,
      argv0: command,
      ...options.identity,
      stdio: ["ignore", "pipe", "pipe"],
    });
    endsWithUs(child);
    output = drain(child, options.logFile, options.onLine);
    if (child.pid !== undefined) {
      ladder = new Ladder(child.pid, options);
      options.onStart?.(child.pid);
    }
    return child;
  };
  // zx reads ZX_PREFIX, ZX_TIMEOUT and the like from the environment: each setting it may take from there is said here.
  const finished = await $({
    spawn: spawnDirectly as unknown as typeof spawn,
    env: childEnvironment(env),
    cwd: options.cwd ?? process.cwd(),
    store: { stdout: forgetful(), stderr: forgetful(), stdall: forgetful() },
    shell: "none",
    quote: String,
    prefix: "",
    postfix: "",
    detached: true,
    nothrow: true,
    quiet: true,
    verbose: false,
    preferLocal: false,
    timeout: 0,
  })`${command}`;
  ladder?.done();
  throwIfStopped(command, options.signal);
  if (finished.cause instanceof Error) {
    throw new KnownError("system", `cannot run "${program}": ${finished.cause.message}`, {
      cause: finished.cause,
    });
  }
  return {
    outcome: outcomeOf(finished.exitCode, finished.signal),
    timedOut: ladder?.timedOut ?? false,
    stdout: output?.stdout.text ?? "",
    stderr: output?.stderr.text ?? "",
    duration: finished.duration,
    logFile: output?.logFile,
  };
};

function throwIfStopped(command: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  if (signal.reason instanceof KnownError) throw signal.reason;
  throw new KnownError("stopped", `stopped "${command}" on request`);
}
