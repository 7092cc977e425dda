import type { LegacyScript } from "./dispatch.ts";
import { readSettings } from "./settings-file.ts";
import { telling } from "./telling.ts";

/** Speaks the dialect of one of the scripts of old; returns the exit code. */
export async function runLegacy(script: LegacyScript, argv: readonly string[]): Promise<number> {
  switch (script) {
    case "wrap_application.sh":
      return await telling(async () => await wrapApplication(argv));
    case "wrap_datamon.sh":
      return await telling(async () => await wrapDatamon(argv));
    case "wrap_datamon_pg.sh":
      return await telling(async () => await wrapDatamonPg(argv));
    case "sidecar_param":
      return await sidecarParam(argv);
  }
}

async function wrapApplication(argv: readonly string[]): Promise<number> {
  const [{ parseLegacyAppArguments }, { wrap }] = await Promise.all([
    import("../config/legacy/app.ts"),
    import("./wrap.ts"),
  ]);
  return await wrap(parseLegacyAppArguments({ argv, env: process.env }));
}

async function wrapDatamon(argv: readonly string[]): Promise<number> {
  const [{ legacyFilesParameters, parseLegacyFilesArguments }, { serve }] = await Promise.all([
    import("../config/legacy/files.ts"),
    import("./serve.ts"),
  ]);
  const { env } = process;
  const parameters = legacyFilesParameters(argv, env);
  const file = parameters === undefined ? undefined : await readSettings(parameters);
  const inputs = { argv, env, ...(file === undefined ? {} : { file }) };
  const { settings, warnings } = parseLegacyFilesArguments(inputs);
  return await serve(settings, { files: settings }, warnings);
}

async function wrapDatamonPg(argv: readonly string[]): Promise<number> {
  const [{ legacyPostgresFile, parseLegacyPostgresArguments }, { serve }] = await Promise.all([
    import("../config/legacy/postgres.ts"),
    import("./serve.ts"),
  ]);
  const { env } = process;
  const file = await readSettings(legacyPostgresFile(env));
  const inputs = { argv, env, ...(file === undefined ? {} : { file }) };
  const { settings, warnings } = parseLegacyPostgresArguments(inputs);
  return await serve(settings, { postgres: settings }, warnings);
}

async function sidecarParam(argv: readonly string[]): Promise<number> {
  const { sidecarParam: run } = await import("./commands/param/legacy.ts");
  return run(argv);
}
