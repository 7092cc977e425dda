import type { Environment } from "./child-environment.ts";

/** The descriptor of the launcher's control socket, when a launcher started us (`src/launcher/environment.c`). */
export function controlDescriptor(environment: Environment): number | undefined {
  const text = environment["DATAMON_SIDECAR_CONTROL"];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The working directory we were started in, when it was deleted or is closed to us; we are in `/` then. */
export function lostDirectory(environment: Environment): string | undefined {
  return environment["DATAMON_SIDECAR_CWD"];
}
