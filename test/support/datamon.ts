import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDatamonEngine, type DatamonEngine } from "../../src/adapters/engines/datamon/engine.ts";
import type { DatamonEngineOptions, DatamonLimits } from "../../src/adapters/engines/datamon/engine.ts";
import type { Log } from "../../src/ports.ts";

/** The fixture that stands in for the `datamon` command. */
export const DATAMON = join(import.meta.dir, "../fixtures/datamon/datamon");

const QUICK: DatamonLimits = { stall: 60_000, ready: 60_000, grace: 5000, attempts: 3, pause: 1 };

/** The driver of the fixture, in a temporary folder of its own. */
export interface DatamonKit {
  readonly folder: string;
  readonly engine: DatamonEngine;
  /** What the engine wrote to its log. */
  readonly logged: string[];
  /** The calls of the command so far, oldest first. */
  calls(): Promise<{ readonly pid: number; readonly argv: string }[]>;
  /** Lets the trap `name@FILE` fail the next call it fits. */
  arm(name: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * `traps` are names of the fixture's traps; with `@` at the end they fail only after `arm`.
 */
export async function datamonKit(
  store: string,
  options: {
    readonly traps?: readonly string[];
    readonly limits?: Partial<DatamonLimits>;
    readonly verify?: DatamonEngineOptions["verify"];
    readonly command?: string;
  } = {},
): Promise<DatamonKit> {
  const folder = await mkdtemp(join(tmpdir(), "datamon-"));
  const calls = join(folder, "calls");
  const scratch = join(folder, "scratch");
  await mkdir(scratch);
  const traps = (options.traps ?? []).map((trap) =>
    trap.endsWith("@") ? `${trap}${join(folder, trap)}` : trap,
  );
  const logged: string[] = [];
  const keep = (message: string): unknown => logged.push(message);
  const log: Log = { debug: () => undefined, info: keep, warn: keep, error: keep };
  const engine = createDatamonEngine({
    command: options.command ?? DATAMON,
    logDirectory: join(folder, "logs"),
    globalFlags: [],
    verify: options.verify ?? (async () => ({ files: 0, bytes: 0 })),
    log,
    env: {
      ...process.env,
      // The fixture's scripts run by the same bun as the tests.
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      TMPDIR: scratch,
      DATAMON_CONFIG: join(folder, "datamon.yaml"),
      DATAMON_FIXTURE_STORE: store,
      DATAMON_FIXTURE_CALLS: calls,
      DATAMON_FIXTURE_TRAP: traps.join(" "),
    },
    limits: { ...QUICK, ...options.limits },
  });
  return {
    folder,
    engine,
    logged,
    async calls() {
      const text = await readFile(calls, "utf8").catch(() => "");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => ({ pid: Number.parseInt(line, 10), argv: line.slice(line.indexOf(" ") + 1) }));
    },
    arm: (name) => writeFile(join(folder, `${name}@`), ""),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A command that is the shell script `script`. */
export async function shellCommand(folder: string, script: string): Promise<string> {
  const path = join(folder, "command");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
