import { placeOf } from "../file.ts";
import type { FileEntry, SettingsFile } from "../file.ts";
import { entriesOf, itemsOf, unknownKey } from "../layers/file.ts";
import { gathering } from "../layers/layer.ts";
import type { Gathering, Layer } from "../layers/layer.ts";
import { giveBundle, unusedOfOld } from "./bundle.ts";
import { LEGACY_BUNDLE_KEYS, LEGACY_GLOBAL_KEYS } from "./bundle-keys.ts";

const TOP_KEYS = ["globalOpts", "bundles"];
const CONTRIBUTOR_KEYS = { name: "contributorName", email: "contributorEmail" } as const;
const SEE_KEYS = "see the keys of the old file";

/** Whether a file is written in the dialect of `dm_fuse_params`. */
export function isLegacyFuseFile(file: SettingsFile): boolean {
  return file.root.type === "map" && file.root.entries.some((entry) => TOP_KEYS.includes(entry.key));
}

/** `dm_fuse_params` (`globalOpts`, `bundles`) in our keys. */
export function legacyFuseFileLayer(file: SettingsFile): Layer {
  const layer = gathering();
  layer.problems.push(...file.problems);
  for (const entry of entriesOf(layer, file, file.root, "settings file")) {
    if (entry.key === "globalOpts") giveGlobals(layer, file, entry);
    else if (entry.key === "bundles") giveBundles(layer, file, entry);
    else unknownKey(layer, file, entry, TOP_KEYS, SEE_KEYS);
  }
  return layer;
}

/** The text of an entry; nothing and an empty text mean that it is not set. */
export function legacyText(layer: Gathering, file: SettingsFile, entry: FileEntry): string {
  if (entry.value.type === "text") return entry.value.text;
  if (entry.value.type !== "empty") {
    const remedy = "write a single value";
    layer.problems.push({
      key: entry.key,
      source: placeOf(file, entry),
      cause: "is no single value",
      remedy,
    });
  }
  return "";
}

function giveGlobals(layer: Gathering, file: SettingsFile, globals: FileEntry): void {
  for (const entry of entriesOf(layer, file, globals.value, globals.key)) {
    const source = placeOf(file, entry);
    if (entry.key === "contributor") {
      giveContributor(layer, file, entry);
      continue;
    }
    const known = LEGACY_GLOBAL_KEYS.find((each) => each.long === entry.key);
    if (known === undefined) {
      unknownKey(
        layer,
        file,
        entry,
        LEGACY_GLOBAL_KEYS.map((each) => each.long),
        SEE_KEYS,
      );
      continue;
    }
    const value = legacyText(layer, file, entry);
    if (value === "") continue;
    if (known.key === undefined) unusedOfOld(layer, { key: entry.key, value, source });
    else layer.givens.push({ key: known.key, value, source });
  }
}

function giveContributor(layer: Gathering, file: SettingsFile, contributor: FileEntry): void {
  for (const entry of entriesOf(layer, file, contributor.value, contributor.key)) {
    const key = entry.key === "name" || entry.key === "email" ? CONTRIBUTOR_KEYS[entry.key] : undefined;
    if (key === undefined) unknownKey(layer, file, entry, Object.keys(CONTRIBUTOR_KEYS), SEE_KEYS);
    const value = legacyText(layer, file, entry);
    if (key !== undefined && value !== "") layer.givens.push({ key, value, source: placeOf(file, entry) });
  }
}

function giveBundles(layer: Gathering, file: SettingsFile, bundles: FileEntry): void {
  const seen = new Set<string>();
  for (const item of itemsOf(layer, file, bundles)) {
    const entries = entriesOf(layer, file, item, "bundles");
    const nameEntry = entries.find((entry) => entry.key === "name");
    const name = nameEntry === undefined ? "" : legacyText(layer, file, nameEntry);
    const place = placeOf(file, nameEntry ?? item);
    if (name === "" || seen.has(name)) {
      const cause =
        name === "" ? "has a bundle without a name" : `has two bundles named ${JSON.stringify(name)}`;
      layer.problems.push({
        key: "bundles",
        source: place,
        cause,
        remedy: "give each bundle a name of its own",
      });
      continue;
    }
    seen.add(name);
    giveBundle(layer, name, place, valuesOf(layer, file, entries));
  }
}

function valuesOf(layer: Gathering, file: SettingsFile, entries: readonly FileEntry[]) {
  return entries.flatMap((entry) => {
    if (entry.key === "name") return [];
    const legacy = LEGACY_BUNDLE_KEYS.find((known) => known.long === entry.key);
    if (legacy === undefined) {
      unknownKey(layer, file, entry, ["name", ...LEGACY_BUNDLE_KEYS.map((known) => known.long)], SEE_KEYS);
      return [];
    }
    const value = legacyText(layer, file, entry);
    return [{ legacy, written: entry.key, value, source: placeOf(file, entry) }];
  });
}
