import { readFileSync } from "node:fs";
import { configFileOf, type SettingsLocation } from "../config/gather.ts";
import type { Role } from "../config/schema/roles.ts";
import type { Inputs } from "../config/settings.ts";
import { readYaml } from "../config/yaml.ts";
import { KnownError, systemCode } from "../core/errors.ts";

/** Everything the settings of a role are made of, read from the process and the disk. Errors: `configuration`. */
export function inputsOf(role: Role, argv: readonly string[]): Inputs {
  const location = configFileOf(role, argv, process.env);
  const file = location === undefined ? undefined : readSettings(location);
  return { argv, env: process.env, ...(file === undefined ? {} : { file }) };
}

/** The parsed file or text; undefined when the file may be missing and is. Errors: `configuration`. */
export function readSettings(location: SettingsLocation): Inputs["file"] {
  if ("text" in location) return readYaml(location.source, location.text);
  const { path, source, optional } = location;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (optional && code === "ENOENT") return undefined;
    throw new KnownError("configuration", `cannot read the settings file ${path} (${source}): ${code}`, {
      cause: error,
      remedy: "check the path and the volume that should hold it",
    });
  }
  return readYaml(path, text);
}
