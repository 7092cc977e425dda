import type { Environment } from "../../core/child-environment.ts";
import { KnownError } from "../../core/errors.ts";

/** The absolute path of a program on the `PATH` of `env`; undefined when there is none that may be executed. */
export function findOnPath(name: string, env: Environment): string | undefined {
  return Bun.which(name, { PATH: env["PATH"] ?? "" }) ?? undefined;
}

/** As `findOnPath`. Errors: `system` when the program is not there. */
export function requireProgram(name: string, env: Environment): string {
  const path = findOnPath(name, env);
  if (path !== undefined) return path;
  const where = name.includes("/") ? "no such executable file" : `not found on PATH "${env["PATH"] ?? ""}"`;
  throw new KnownError("system", `cannot run "${name}": ${where}`, {
    remedy: `install "${name}" in this container's image, or extend PATH`,
  });
}
