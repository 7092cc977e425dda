import { childEnvironment, type Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";
import { causeFrom } from "../../core/postgres/server-log.ts";
import type { Finished, Identity, Run, RunOptions } from "../processes.ts";

/**
 * The environment of Postgres programs: ours without the variables of libpq, which could send them to another
 * server, and with messages in English, which we read.
 */
export function postgresEnvironment(ours: Environment): Record<string, string> {
  const kept = Object.entries(childEnvironment(ours)).filter(
    ([name]) => !name.startsWith("PG") && name !== "LANGUAGE",
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** How one program of Postgres is run to its end. */
export interface ToolCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly identity: Identity | undefined;
  readonly options?: Omit<RunOptions, "identity">;
  /** `create a database in "/pg/db"`: completes `cannot …`. */
  readonly purpose: string;
}

/** Errors: `system` with the program's last words, `stopped`. */
export async function runTool(run: Run, env: Environment, call: ToolCall): Promise<Finished> {
  const finished = await attemptTool(run, env, call);
  if (succeeded(finished)) return finished;
  throw toolFailure(call, finished);
}

/** As `runTool`, a failure being a result. */
export async function attemptTool(run: Run, env: Environment, call: ToolCall): Promise<Finished> {
  return run(call.program, call.args, {
    env: postgresEnvironment(env),
    ...call.options,
    ...(call.identity === undefined ? {} : { identity: call.identity }),
  });
}

export function succeeded(finished: Finished): boolean {
  return finished.outcome.type === "code" && finished.outcome.code === 0;
}

export function toolFailure(call: ToolCall, finished: Finished, remedy?: string): KnownError {
  const name = call.program.slice(call.program.lastIndexOf("/") + 1);
  const said = causeFrom(`${finished.stdout}\n${finished.stderr}`.split("\n"));
  const ending =
    finished.outcome.type === "code"
      ? `exit code ${finished.outcome.code}`
      : `signal ${finished.outcome.signal}`;
  const message = `cannot ${call.purpose}: ${name} failed (${ending}): ${said}`;
  return new KnownError("system", message, remedy === undefined ? {} : { remedy });
}
