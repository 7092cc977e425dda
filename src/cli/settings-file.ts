import { readFileSync, statSync } from "node:fs";
import { configFileOf, type SettingsLocation } from "../config/gather.ts";
import type { Role } from "../config/schema/roles.ts";
import type { Inputs } from "../config/settings.ts";
import { KnownError, systemCode } from "../core/errors.ts";

/** No settings file comes near this: not worth the memory to find out what else it is. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Everything the settings of a role are made of, read from the process and the disk. Errors: `configuration`. */
export async function inputsOf(role: Role, argv: readonly string[]): Promise<Inputs> {
  const location = configFileOf(role, argv, process.env);
  const file = location === undefined ? undefined : await readSettings(location);
  return { argv, env: process.env, ...(file === undefined ? {} : { file }) };
}

/** The parsed file or text; undefined when the file may be missing and is. Errors: `configuration`. */
export async function readSettings(location: SettingsLocation): Promise<Inputs["file"]> {
  if ("text" in location) return await parseYaml(location.source, location.text);
  const { path, source, optional } = location;
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) throw Object.assign(new Error("too large"), { code: `it has ${size} bytes` });
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (optional && code === "ENOENT") return undefined;
    throw new KnownError("configuration", `cannot read the settings file ${path} (${source}): ${code}`, {
      cause: error,
      remedy: "check the path and the volume that should hold it",
    });
  }
  return await parseYaml(path, text);
}

/** Most wrappers have no file: they need not load what reads YAML. */
async function parseYaml(name: string, text: string): Promise<Inputs["file"]> {
  const { readYaml } = await import("../config/yaml.ts");
  return readYaml(name, text);
}
