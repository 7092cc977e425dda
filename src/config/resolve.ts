import * as v from "valibot";
import type { Given } from "./layers/layer.ts";
import type { Givens, Merged } from "./layers/merge.ts";
import { flagOf, kebabCase, upperSnakeCase, variableOf } from "./naming.ts";
import type { Problem } from "./problems.ts";
import type { Group } from "./schema/group.ts";
import type { RoleSchema } from "./schema/roles.ts";
import { aboutOf } from "./schema/setting.ts";
import type { Setting, Settings } from "./schema/setting.ts";
import { masked } from "./secrets.ts";
import type { Origin } from "./origin.ts";

/** A named thing of a group with its values; those refused are left out. */
export interface ResolvedItem {
  readonly group: Group;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What was given for this thing itself, defaults of the role left aside. */
  readonly givens: Givens;
}

export interface Resolved {
  readonly values: Readonly<Record<string, unknown>>;
  readonly givens: Givens;
  readonly items: Readonly<Record<Group["key"], readonly ResolvedItem[]>>;
  readonly origins: readonly Origin[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Words of another dialect for a setting that is required and not there. */
export type MissingWords = (
  key: string,
  item?: { group: Group; name: string },
) => Partial<Problem> | undefined;

/** Gives every setting of a role its value, and collects what is wrong with any of them. */
export function resolve(role: RoleSchema, merged: Merged, missing: MissingWords = () => undefined): Resolved {
  const found: Findings = { problems: [...merged.problems], origins: [] };
  const values = valuesOf(role.settings, (key) => merged.givens.get(key), rolePlace(missing), found);
  const items: Record<Group["key"], ResolvedItem[]> = { sources: [], destinations: [], databases: [] };
  for (const group of role.groups) {
    for (const [name, givens] of merged.items[group.key]) {
      const given = (key: string) => {
        if (key === "name") return givens.get(key) ?? nameGiven(name, givens);
        return givens.get(key) ?? (Object.hasOwn(role.settings, key) ? merged.givens.get(key) : undefined);
      };
      const own = valuesOf(group.settings, given, itemPlace(group, name, missing), found);
      items[group.key].push({ group, name, givens, values: own });
    }
  }
  return { values, givens: merged.givens, items, ...found, warnings: merged.warnings };
}

interface Findings {
  readonly problems: Problem[];
  readonly origins: Origin[];
}

/** How a key is called, and how its value may be given. */
interface Place {
  name(key: string): string;
  notSet(key: string): Problem;
}

function rolePlace(missing: MissingWords): Place {
  return {
    name: (key) => key,
    notSet: (key) => {
      const ways = `set ${flagOf(key)}, ${variableOf(key)}, or ${key} in the settings file`;
      const remedy = key === "command" ? "write it after --" : ways;
      return { key, cause: "is not set", remedy, ...missing(key) };
    },
  };
}

/** How a value of a thing is called in problems and in `config show`: `sources.src.label`. */
export function itemKey(group: Group, name: string, key: string): string {
  return `${group.key}.${name}.${key}`;
}

function itemPlace(group: Group, name: string, missing: MissingWords): Place {
  return {
    name: (key) => itemKey(group, name, key),
    notSet: (key) => {
      const variable = `${variableOf(group.singular)}_${upperSnakeCase(name)}_${upperSnakeCase(key)}`;
      const flag = `--${group.singular} ${name}.${kebabCase(key)}`;
      const remedy = `set ${flag}, ${variable}, or ${key} in the settings file`;
      return {
        key: itemKey(group, name, key),
        cause: "is not set",
        remedy,
        ...missing(key, { group, name }),
      };
    },
  };
}

/** Flags and variables mention a thing without declaring its name. */
function nameGiven(name: string, givens: Givens): Given | undefined {
  const [first] = givens.values();
  return first === undefined ? undefined : { key: "name", value: name, source: first.source };
}

function valuesOf(
  settings: Settings,
  givenOf: (key: string) => Given | undefined,
  place: Place,
  found: Findings,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const given = givenOf(key);
    const about = aboutOf(setting);
    if (given === undefined && about.presence === "required") {
      found.problems.push(place.notSet(key));
      continue;
    }
    const result = v.safeParse(setting, given?.value);
    if (!result.success) {
      found.problems.push(refusal(place.name(key), setting, given, result.issues[0].message));
    } else if (result.output !== undefined) {
      values[key] = result.output;
      found.origins.push({
        key: place.name(key),
        value: shown(setting, given),
        source: given?.source ?? "default",
      });
    }
  }
  return values;
}

function refusal(key: string, setting: Setting, given: Given | undefined, message: string): Problem {
  const at = message.lastIndexOf("; ");
  const [cause, remedy] = at === -1 ? [message, "correct it"] : [message.slice(0, at), message.slice(at + 2)];
  if (given === undefined) return { key, cause, remedy };
  const problem = { key, source: given.source, cause, remedy };
  return aboutOf(setting).secret === true ? problem : { ...problem, value: written(given.value) };
}

function shown(setting: Setting, given: Given | undefined): string {
  const about = aboutOf(setting);
  if (about.secret === true) return "***";
  return masked(written(given?.value ?? about.fallback ?? ""));
}

function written(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.join(" ");
}
