import { decodeDictionary } from "../../core/dictionary.ts";
import { oneLine } from "../../core/errors.ts";
import { gathering } from "../layers/layer.ts";
import type { Gathering, Layer } from "../layers/layer.ts";
import type { Environment } from "../layers/variables.ts";
import { didYouMean } from "../suggestion.ts";
import { giveBundle, unusedOfOld } from "./bundle.ts";
import type { LegacyValue } from "./bundle.ts";
import { LEGACY_BUNDLE_KEYS, LEGACY_GLOBAL_KEYS } from "./bundle-keys.ts";

const GLOBALS_VARIABLE = "dm_fuse_opts";
const BUNDLE_VARIABLE = "dm_fuse_bd_";

/** Whether the sidecar is configured by `dm_fuse_opts` and `dm_fuse_bd_NAME`. */
export function hasFuseVariables(env: Environment): boolean {
  return Object.keys(env).some((name) => name === GLOBALS_VARIABLE || name.startsWith(BUNDLE_VARIABLE));
}

/** `dm_fuse_opts` and `dm_fuse_bd_NAME` in our keys. */
export function fuseVariablesLayer(env: Environment): Layer {
  const layer = gathering();
  const globals = env[GLOBALS_VARIABLE];
  if (globals !== undefined && globals !== "") giveGlobals(layer, globals);
  for (const variable of Object.keys(env).toSorted()) {
    const value = env[variable];
    if (!variable.startsWith(BUNDLE_VARIABLE) || value === undefined || value === "") continue;
    const name = variable.slice(BUNDLE_VARIABLE.length);
    if (name === "") {
      layer.problems.push({
        key: variable,
        cause: "names no bundle",
        remedy: `write ${BUNDLE_VARIABLE}NAME`,
      });
    } else {
      giveBundle(layer, name, variable, bundleValues(layer, variable, value));
    }
  }
  return layer;
}

function giveGlobals(layer: Gathering, text: string): void {
  for (const [short, value] of entries(layer, GLOBALS_VARIABLE, text)) {
    const known = LEGACY_GLOBAL_KEYS.find((each) => each.short === short);
    const source = GLOBALS_VARIABLE;
    if (known === undefined) {
      unknownOption(
        layer,
        GLOBALS_VARIABLE,
        short,
        LEGACY_GLOBAL_KEYS.map((each) => each.short),
      );
    } else if (known.key === undefined) {
      unusedOfOld(layer, { key: known.long, value: String(value), source });
    } else if (value === true && known.short !== "S") {
      noArgument(layer, GLOBALS_VARIABLE, short);
    } else if (value !== "") {
      layer.givens.push({ key: known.key, value: String(value), source });
    }
  }
}

function bundleValues(layer: Gathering, variable: string, text: string): LegacyValue[] {
  return entries(layer, variable, text).flatMap(([short, value]) => {
    const legacy = LEGACY_BUNDLE_KEYS.find((known) => known.short === short);
    if (legacy === undefined) {
      unknownOption(
        layer,
        variable,
        short,
        LEGACY_BUNDLE_KEYS.map((known) => known.short),
      );
      return [];
    }
    if (value === true) {
      noArgument(layer, variable, short);
      return [];
    }
    return [{ legacy, written: short, value, source: variable }];
  });
}

function entries(layer: Gathering, variable: string, text: string): [string, string | true][] {
  try {
    return [...decodeDictionary(text)];
  } catch (error) {
    layer.problems.push({ key: variable, cause: "is no dictionary", remedy: oneLine(error) });
    return [];
  }
}

function unknownOption(layer: Gathering, variable: string, short: string, known: readonly string[]): void {
  const remedy =
    short.length < 2
      ? `write one of ${known.join(", ")}`
      : didYouMean(short, known, `write one of ${known.join(", ")}`);
  layer.problems.push({ key: short, source: variable, cause: "is not a known option", remedy });
}

function noArgument(layer: Gathering, variable: string, short: string): void {
  layer.problems.push({ key: short, source: variable, cause: "has no argument", remedy: "give it one" });
}
