/** Runs the commands `config …` and `param …` in a process of their own. */
import { join } from "node:path";

const FIXTURE = join(import.meta.dir, "../../../support/run-command.ts");

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function configCommands(argv: readonly string[], env: Record<string, string> = {}): Ended {
  return run("config", argv, env, "");
}

export function paramCommands(argv: readonly string[], stdin: string): Ended {
  return run("param", argv, {}, stdin);
}

export function sidecarParam(argv: readonly string[], stdin: string): Ended {
  return run("sidecar_param", argv, {}, stdin);
}

function run(name: string, argv: readonly string[], env: Record<string, string>, stdin: string): Ended {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, FIXTURE, name, ...argv], {
    env: { PATH: process.env["PATH"], ...env },
    stdin: new TextEncoder().encode(stdin),
  });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}
