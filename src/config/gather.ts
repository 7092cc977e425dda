import { fileLayer } from "./layers/file.ts";
import { FILE_VARIABLE, variablesLayer } from "./layers/variables.ts";
import { FILE_FLAG, flagsLayer } from "./layers/flags.ts";
import { namesIn } from "./layers/layer.ts";
import type { Layer } from "./layers/layer.ts";
import { merge } from "./layers/merge.ts";
import type { Merged } from "./layers/merge.ts";
import { ROLES } from "./schema/roles.ts";
import type { Role, RoleSchema } from "./schema/roles.ts";
import type { Inputs } from "./settings.ts";

/** Where the settings file is, and who said so. */
export interface FileLocation {
  readonly path: string;
  /** `--config`, `SIDECAR_CONFIG`, `default`. */
  readonly source: string;
  /** Without the file the settings come from elsewhere. */
  readonly optional: boolean;
}

/** A file, or the text itself where a variable holds it. */
export type SettingsLocation = FileLocation | { readonly text: string; readonly source: string };

/** The settings file a role is to read, before anything is read: `--config`, else `SIDECAR_CONFIG`. */
export function configFileOf(
  role: Role,
  argv: readonly string[],
  env: Inputs["env"],
): FileLocation | undefined {
  const { file } = flagsLayer(ROLES[role], argv);
  if (file !== undefined) return { path: file, source: FILE_FLAG, optional: false };
  const path = env[FILE_VARIABLE];
  return path ? { path, source: FILE_VARIABLE, optional: false } : undefined;
}

/** Whether `--help` or `-h` stands among the flags of a role, not in the application's command. */
export function helpAsked(role: Role, argv: readonly string[]): boolean {
  return flagsLayer(ROLES[role], argv).help;
}

/** Layers of settings beside the common ones, in a dialect of old. */
export interface Dialect {
  /** Replaces the flags. */
  readonly flags: Layer;
  /** Variables of the dialect, weaker than ours. */
  readonly variables?: Layer;
  /** Replaces the file. */
  readonly file?: Layer;
  readonly defaults?: Layer;
  /** Whether a variable `SIDECAR_…` that nobody knows is a problem. */
  readonly strict: boolean;
}

/** Everything given to a role, merged: flags over variables over the file. */
export function gather(role: RoleSchema, inputs: Inputs, dialect: Partial<Dialect> = {}): Merged {
  const flags = dialect.flags ?? flagsLayer(role, inputs.argv);
  const file = dialect.file ?? (inputs.file === undefined ? undefined : fileLayer(role, inputs.file));
  const others = [dialect.variables, file].filter((layer) => layer !== undefined);
  const defaults = dialect.defaults === undefined ? [] : [dialect.defaults];
  const variables = variablesLayer(role, inputs.env, {
    strict: dialect.strict ?? true,
    namesOf: (group) => namesIn([flags, ...others, ...defaults], group),
  });
  return merge([flags, variables, ...others], defaults);
}
