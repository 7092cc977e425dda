import { filesOutcome } from "../files.ts";
import { gather } from "../gather.ts";
import type { SettingsLocation } from "../gather.ts";
import { gathering } from "../layers/layer.ts";
import type { Layer } from "../layers/layer.ts";
import { resolve } from "../resolve.ts";
import { ROLES } from "../schema/roles.ts";
import type { FilesSettings, Inputs, Parsed } from "../settings.ts";
import { missingOfOld, MOUNT_BY_DEFAULT } from "./bundle.ts";
import { readFilesOptions } from "./files-options.ts";
import { legacyFuseFileLayer } from "./fuse-file.ts";
import { fuseVariablesLayer, hasFuseVariables } from "./fuse-variables.ts";

const PARAMETERS = "dm_fuse_params";

/** Where the parameters of `wrap_datamon.sh` are; arguments, when there are any, come instead of them. */
export function legacyFilesParameters(
  argv: readonly string[],
  env: Inputs["env"],
): SettingsLocation | undefined {
  const given = env[PARAMETERS];
  if (argv.length > 0 || given === undefined || given.trim() === "") return undefined;
  const isText = /[\n{]|:(?:\s|$)/.test(given);
  return isText
    ? { text: given, source: PARAMETERS }
    : { path: given.trim(), source: PARAMETERS, optional: false };
}

/**
 * Settings of the files sidecar as `wrap_datamon.sh` was given them: arguments, else `dm_fuse_params` (read
 * by the caller into `inputs.file`), else `dm_fuse_opts` and `dm_fuse_bd_NAME`. Variables `SIDECAR_…` are weaker
 * than arguments and stronger than the rest. Errors: ConfigurationError.
 */
export function parseLegacyFilesArguments(inputs: Inputs): Parsed<FilesSettings> {
  const { argv, env, file } = inputs;
  const { layer, configCommands } =
    argv.length > 0 ? readFilesOptions(argv) : { layer: gathering(), configCommands: [] };
  const variables = argv.length === 0 && file === undefined ? fuseVariablesLayer(env) : gathering();
  const merged = gather(ROLES.files, inputs, {
    flags: withWarnings(layer, passedOver(inputs)),
    variables,
    file: file === undefined || argv.length > 0 ? gathering() : legacyFuseFileLayer(file),
    defaults: MOUNT_BY_DEFAULT,
    strict: true,
  });
  return filesOutcome(resolve(ROLES.files, merged, missingOfOld), configCommands);
}

/** Only one of the three ways counts. */
function passedOver({ argv, env, file }: Inputs): string[] {
  const used = argv.length > 0 ? "the arguments" : file === undefined ? undefined : PARAMETERS;
  if (used === undefined) return [];
  const others = [
    ...(argv.length > 0 && env[PARAMETERS] ? [PARAMETERS] : []),
    ...(hasFuseVariables(env) ? ["dm_fuse_opts and dm_fuse_bd_*"] : []),
  ];
  return others.map((other) => `${other} is set and has no effect: ${used} count`);
}

function withWarnings(layer: Layer, warnings: readonly string[]): Layer {
  return { ...layer, warnings: [...layer.warnings, ...warnings] };
}
