import { NODE_NAMES, placeOf } from "../file.ts";
import type { FileEntry, FileNode, SettingsFile } from "../file.ts";
import type { Group } from "../schema/group.ts";
import { EVERY_GROUP, EVERY_SETTING } from "../schema/roles.ts";
import type { RoleSchema } from "../schema/roles.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Setting } from "../schema/setting.ts";
import { didYouMean } from "../suggestion.ts";
import { gathering } from "./layer.ts";
import type { Gathering, Layer } from "./layer.ts";

/** The values of a settings file for one role. Keys of other roles are passed over: a pod may have one file. */
export function fileLayer(role: RoleSchema, file: SettingsFile): Layer {
  const layer = gathering();
  layer.problems.push(...file.problems);
  for (const entry of entriesOf(layer, file, file.root, "settings file")) {
    const group = EVERY_GROUP.find((known) => known.key === entry.key);
    const setting = EVERY_SETTING[entry.key];
    if (group !== undefined) {
      if (role.groups.includes(group)) readGroup(layer, file, group, entry);
    } else if (setting !== undefined && Object.hasOwn(EVERY_SETTING, entry.key)) {
      if (Object.hasOwn(role.settings, entry.key)) {
        const value = valueOf(layer, file, setting, entry);
        if (value !== undefined) layer.givens.push({ key: entry.key, value, source: placeOf(file, entry) });
      }
    } else {
      const known = [...Object.keys(EVERY_SETTING), ...EVERY_GROUP.map((each) => each.key)];
      unknownKey(layer, file, entry, known, "see the settings in docs/settings.md");
    }
  }
  return layer;
}

/** The entries of a mapping; anything else but nothing is a problem. */
export function entriesOf(
  layer: Gathering,
  file: SettingsFile,
  node: FileNode,
  key: string,
): readonly FileEntry[] {
  if (node.type === "map") return node.entries;
  if (node.type !== "empty") {
    const cause = `is ${NODE_NAMES[node.type]}, not a mapping`;
    layer.problems.push({ key, source: placeOf(file, node), cause, remedy: "write key: value, one a line" });
  }
  return [];
}

/** The items of a list; anything else but nothing is a problem. */
export function itemsOf(layer: Gathering, file: SettingsFile, entry: FileEntry): readonly FileNode[] {
  if (entry.value.type === "list") return entry.value.items;
  if (entry.value.type !== "empty") {
    const cause = `is ${NODE_NAMES[entry.value.type]}, not a list`;
    layer.problems.push({
      key: entry.key,
      source: placeOf(file, entry),
      cause,
      remedy: "begin each item with -",
    });
  }
  return [];
}

export function unknownKey(
  layer: Gathering,
  file: SettingsFile,
  entry: FileEntry,
  known: readonly string[],
  otherwise: string,
): void {
  const remedy = didYouMean(entry.key, known, otherwise);
  layer.problems.push({ key: entry.key, source: placeOf(file, entry), cause: "is not a known key", remedy });
}

function readGroup(layer: Gathering, file: SettingsFile, group: Group, list: FileEntry): void {
  const seen = new Set<string>();
  for (const item of itemsOf(layer, file, list)) {
    const entries = entriesOf(layer, file, item, group.key);
    if (item.type !== "map") {
      if (item.type === "empty") nameless(layer, file, group, item);
      continue;
    }
    const nameEntry = entries.find((entry) => entry.key === "name");
    if (nameEntry?.value.type !== "text") {
      nameless(layer, file, group, item);
      continue;
    }
    const name = nameEntry.value.text;
    if (seen.has(name)) {
      const cause = `is the name of two ${group.key}`;
      layer.problems.push({
        key: "name",
        value: name,
        source: placeOf(file, nameEntry),
        cause,
        remedy: "rename one",
      });
    }
    seen.add(name);
    for (const entry of entries) readItemEntry(layer, file, group, name, entry);
  }
}

function readItemEntry(
  layer: Gathering,
  file: SettingsFile,
  group: Group,
  name: string,
  entry: FileEntry,
): void {
  const setting = Object.hasOwn(group.settings, entry.key) ? group.settings[entry.key] : undefined;
  if (setting === undefined) {
    const known = Object.keys(group.settings);
    unknownKey(layer, file, entry, known, `a ${group.singular} has ${known.join(", ")}`);
    return;
  }
  const value = valueOf(layer, file, setting, entry);
  if (value === undefined) return;
  layer.items.push({ group: group.key, name, key: entry.key, value, source: placeOf(file, entry) });
}

function nameless(layer: Gathering, file: SettingsFile, group: Group, item: FileNode): void {
  layer.problems.push({
    key: group.key,
    source: placeOf(file, item),
    cause: `has a ${group.singular} without a name`,
    remedy: "add name: …",
  });
}

function valueOf(
  layer: Gathering,
  file: SettingsFile,
  setting: Setting,
  entry: FileEntry,
): string | string[] | undefined {
  const refuse = (cause: string, remedy: string) => {
    layer.problems.push({ key: entry.key, source: placeOf(file, entry), cause, remedy });
    return undefined;
  };
  const { value } = entry;
  const list = aboutOf(setting).form === "list";
  if (value.type === "empty") return refuse("has no value", "give it one, or remove the key");
  if (value.type === "text" && !list) return value.text;
  if (value.type !== "list" || !list) {
    const wanted = list ? "a list" : "a single value";
    return refuse(`is ${NODE_NAMES[value.type]}, not ${wanted}`, `write ${wanted}`);
  }
  const texts = value.items.flatMap((item) => (item.type === "text" ? [item.text] : []));
  if (texts.length < value.items.length)
    return refuse("holds what is no single value", "write a list of texts");
  return texts;
}
