/** Rules between settings. They look at what is there: a value refused on its own is not judged again. */
import { DATAMON_FLAGS } from "./schema/datamon-flags.ts";
import type { DatamonCommand } from "./schema/datamon-flags.ts";
import type { Findings } from "./outcome.ts";
import { itemKey } from "./resolve.ts";
import type { Resolved, ResolvedItem } from "./resolve.ts";

/** A sign of life must be able to come late once without a false alarm. */
const LEAST_BEATS = 2;

export function commonRules({ values, givens }: Resolved, { problems }: Findings): void {
  const { beatInterval, silenceTimeout } = values;
  if (typeof beatInterval !== "number" || typeof silenceTimeout !== "number") return;
  if (silenceTimeout >= LEAST_BEATS * beatInterval) return;
  const given = givens.get("silenceTimeout") ?? givens.get("beatInterval");
  problems.push({
    key: "silenceTimeout",
    ...(given === undefined ? {} : { source: given.source }),
    cause: "is less than twice the beatInterval",
    remedy: "raise silenceTimeout or lower beatInterval",
  });
}

/**
 * The native engine needs a store, and cannot mount. What says how the command works has no effect on it; what says
 * which files are moved, it obeys.
 */
export function engineRules(
  resolved: Resolved,
  items: readonly ResolvedItem[],
  { problems, warnings }: Findings,
): void {
  const { values, givens } = resolved;
  if (values["engine"] !== "native") return;
  const source = givens.get("engine")?.source ?? "default";
  if (values["store"] === undefined && !givens.has("store")) {
    problems.push({
      key: "store",
      cause: "is not set but engine is native",
      remedy: "set store, as file:///data/store",
    });
  }
  for (const item of items) {
    if (item.values["mode"] === "mount") {
      const key = itemKey(item.group, item.name, "mode");
      const remedy = "write mode: download, or engine: datamon";
      problems.push({ key, value: "mount", source, cause: "is not possible with engine native", remedy });
    }
  }
  for (const { key, concerns } of DATAMON_FLAGS) {
    if (concerns !== "manner") continue;
    const places = [
      { name: key, given: givens.get(key) },
      ...items.map((item) => ({ name: itemKey(item.group, item.name, key), given: item.givens.get(key) })),
    ];
    for (const { name, given } of places) {
      if (given === undefined) continue;
      warnings.push(`${name} (${given.source}) has no effect with engine native; write engine: datamon`);
    }
  }
}

/** A flag of the command given for one bundle must be one that its command takes. */
export function flagRules(
  item: ResolvedItem,
  commands: readonly DatamonCommand[],
  { warnings }: Findings,
): void {
  for (const flag of DATAMON_FLAGS) {
    const given = item.givens.get(flag.key);
    if (given === undefined || flag.commands.some((command) => commands.includes(command))) continue;
    const key = itemKey(item.group, item.name, flag.key);
    warnings.push(
      `${key} (${given.source}) has no effect: datamon bundle ${commands.join(", ")} has no --${flag.name}`,
    );
  }
}

/** The flags of an item for one command of datamon, as `--name=value`. */
export function commandFlags(item: ResolvedItem, command: DatamonCommand): string[] {
  return DATAMON_FLAGS.flatMap((flag) => {
    const value = flag.commands.includes(command) ? item.values[flag.key] : undefined;
    return value === undefined ? [] : [`--${flag.name}=${value as string | number | boolean}`];
  });
}

/** Two things that must not share a value do: one problem for each that comes later. */
export function distinct(
  items: readonly ResolvedItem[],
  key: string,
  remedy: string,
  { problems }: Findings,
): void {
  const owners = new Map<unknown, ResolvedItem>();
  for (const item of items) {
    const value = item.values[key];
    const owner = value === undefined ? undefined : owners.get(value);
    if (value !== undefined && owner === undefined) owners.set(value, item);
    if (owner === undefined) continue;
    const source = item.givens.get(key)?.source;
    problems.push({
      key: itemKey(item.group, item.name, key),
      value: String(value),
      ...(source === undefined ? {} : { source }),
      cause: `is also the ${key} of ${owner.group.singular} "${owner.name}"`,
      remedy,
    });
  }
}

/** datamon takes a label with a slash and can then no longer list the labels of the repository. */
export function labelRule(item: ResolvedItem, key: string, { warnings }: Findings): void {
  const label = item.values[key];
  if (typeof label !== "string" || !label.includes("/")) return;
  const name = itemKey(item.group, item.name, key);
  warnings.push(
    `${name} is ${JSON.stringify(label)}: a "/" in a label keeps datamon from listing the labels of ${String(item.values["repo"] ?? item.values["destinationRepo"])}`,
  );
}
