import { oneLine } from "../../core/errors.ts";
import { splitWords } from "../../core/words.ts";
import { LEGACY_POSTGRES_VARIABLES } from "../legacy/postgres-names.ts";
import { upperSnakeCase, VARIABLE_PREFIX, variableOf } from "../naming.ts";
import type { Group } from "../schema/group.ts";
import { EVERY_GROUP, EVERY_SETTING } from "../schema/roles.ts";
import type { RoleSchema } from "../schema/roles.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Setting } from "../schema/setting.ts";
import { suggestion } from "../suggestion.ts";
import { gathering } from "./layer.ts";
import type { Gathering, Layer } from "./layer.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the settings file. */
export const FILE_VARIABLE = variableOf("config");

/** Kubernetes gives every container such variables for each service of the namespace, `sidecar-…` included. */
const SERVICE_LINK = /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/**
 * Reads the variables `SIDECAR_…` of a role. Those of other roles are passed over, so that one set of variables can serve
 * every container of a pod; an empty one counts as not set. A variable nobody knows is a problem, or a warning
 * where the environment is not ours alone (`strict` false).
 */
export function variablesLayer(
  role: RoleSchema,
  env: Environment,
  options: { readonly namesOf: (group: Group["key"]) => readonly string[]; readonly strict: boolean },
): Layer {
  const layer = gathering();
  for (const [variable, value] of Object.entries(env).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (!variable.startsWith(VARIABLE_PREFIX) || value === undefined) continue;
    if (isPassedOver(variable, value)) continue;
    const key = SETTING_OF_VARIABLE.get(variable);
    if (key !== undefined) {
      const setting = role.settings[key];
      if (setting !== undefined && value !== "") give(layer, setting, key, variable, value);
      continue;
    }
    const item = itemVariable(variable);
    if (item === undefined) {
      unknownVariable(layer, variable, options.strict);
      continue;
    }
    if (value === "" || !role.groups.includes(item.group)) continue;
    const name = nameOf(item.segment, options.namesOf(item.group.key));
    if (name === undefined) ambiguous(layer, variable, item.segment, item.group);
    else giveItem(layer, item, name, variable, value);
  }
  return layer;
}

const SETTING_OF_VARIABLE: ReadonlyMap<string, string> = new Map(
  Object.keys(EVERY_SETTING).map((key) => [variableOf(key), key]),
);

const KNOWN_VARIABLES = [...SETTING_OF_VARIABLE.keys(), ...LEGACY_POSTGRES_VARIABLES, FILE_VARIABLE];

function isPassedOver(variable: string, value: string): boolean {
  if (variable === FILE_VARIABLE || LEGACY_POSTGRES_VARIABLES.includes(variable)) return true;
  return SERVICE_LINK.test(variable) || SERVICE_ADDRESS.test(value);
}

interface ItemVariable {
  readonly group: Group;
  readonly segment: string;
  readonly key: string;
}

function groupPrefix(group: Group): string {
  return `${variableOf(group.singular)}_`;
}

/** `SIDECAR_SOURCE_MY_SRC_ID_FILE`: the longest key that fits the end, what is left names the thing. */
function itemVariable(variable: string): ItemVariable | undefined {
  for (const group of EVERY_GROUP) {
    const prefix = groupPrefix(group);
    if (!variable.startsWith(prefix)) continue;
    const rest = variable.slice(prefix.length);
    const keys = Object.keys(group.settings).filter(
      (key) => key !== "name" && rest.endsWith(`_${upperSnakeCase(key)}`),
    );
    const key = keys.toSorted((one, other) => other.length - one.length)[0];
    if (key === undefined) continue;
    const segment = rest.slice(0, -upperSnakeCase(key).length - 1);
    if (segment !== "") return { group, segment, key };
  }
  return undefined;
}

/** The declared name that is spelled like this in a variable; without one the variable declares its own. */
function nameOf(segment: string, names: readonly string[]): string | undefined {
  const matching = names.filter((name) => upperSnakeCase(name) === segment);
  if (matching.length > 1) return undefined;
  return matching[0] ?? segment.toLowerCase();
}

function give(layer: Gathering, setting: Setting, key: string, variable: string, value: string): void {
  const read = valueOf(layer, setting, variable, value);
  if (read !== undefined) layer.givens.push({ key, value: read, source: variable });
}

function giveItem(layer: Gathering, item: ItemVariable, name: string, variable: string, value: string): void {
  const read = valueOf(layer, item.group.settings[item.key]!, variable, value);
  if (read === undefined) return;
  layer.items.push({ group: item.group.key, name, key: item.key, value: read, source: variable });
}

/** A list in one variable is split as a shell would split it. */
function valueOf(
  layer: Gathering,
  setting: Setting,
  variable: string,
  value: string,
): string | string[] | undefined {
  if (aboutOf(setting).form !== "list") return value;
  try {
    return splitWords(value);
  } catch (error) {
    layer.problems.push({ key: variable, cause: "is no list of words", remedy: oneLine(error) });
    return undefined;
  }
}

function ambiguous(layer: Gathering, variable: string, segment: string, group: Group): void {
  layer.problems.push({
    key: variable,
    cause: `may mean more than one ${group.singular}: several names are spelled ${segment} in a variable`,
    remedy: "rename one of them",
  });
}

function unknownVariable(layer: Gathering, variable: string, strict: boolean): void {
  const candidates = [...KNOWN_VARIABLES, ...itemCandidates(variable)];
  const withoutPrefix = candidates.map((name) => name.slice(VARIABLE_PREFIX.length));
  const near = suggestion(variable.slice(VARIABLE_PREFIX.length), withoutPrefix);
  const remedy =
    near === undefined
      ? "unset it, or rename it if it is not for datamon-sidecar"
      : `did you mean ${VARIABLE_PREFIX}${near}?`;
  if (strict) layer.problems.push({ key: variable, cause: "is not a known variable", remedy });
  else layer.warnings.push(`${variable} is not a known variable and has no effect; ${remedy}`);
}

/** The variable with each known key in place of its own, for each way to part the name from the key. */
function itemCandidates(variable: string): string[] {
  const group = EVERY_GROUP.find((known) => variable.startsWith(groupPrefix(known)));
  if (group === undefined) return [];
  const prefix = groupPrefix(group);
  const parts = variable.slice(prefix.length).split("_");
  const keys = Object.keys(group.settings).filter((key) => key !== "name");
  return parts.slice(1).flatMap((_, at) => {
    const name = parts.slice(0, at + 1).join("_");
    return keys.map((key) => `${prefix}${name}_${upperSnakeCase(key)}`);
  });
}
