import type { Gathering, Given, Layer } from "../layers/layer.ts";
import type { MissingWords } from "../resolve.ts";
import { LEGACY_BUNDLE_KEYS } from "./bundle-keys.ts";
import type { LegacyBundleKey } from "./bundle-keys.ts";

/** A value of a bundle in an old dialect, with the key as it was written there. */
export interface LegacyValue {
  readonly legacy: LegacyBundleKey;
  readonly written: string;
  readonly value: string;
  readonly source: string;
}

/** The old sidecar knew nothing but mounts. */
export const MOUNT_BY_DEFAULT: Layer = {
  givens: [{ key: "mode", value: "mount", source: "default of wrap_datamon.sh" }],
  items: [],
  problems: [],
  warnings: [],
};

/** A bundle of old as ours: its path says whether it is a source or a destination. Empty values are not there. */
export function giveBundle(
  layer: Gathering,
  name: string,
  place: string,
  values: readonly LegacyValue[],
): void {
  const given = values.filter(({ value }) => value !== "");
  const paths = given.filter(({ legacy }) => legacy.key === "path");
  const [path] = paths;
  if (path === undefined || paths.length > 1) {
    layer.problems.push({
      key: `bundle ${name}`,
      source: place,
      cause:
        path === undefined
          ? "is neither a source nor a destination"
          : "is a source and a destination at the same time",
      remedy: "give it exactly one of srcPath (sp) and destPath (dp)",
    });
    return;
  }
  const { group } = path.legacy;
  layer.items.push({ group, name, key: "name", value: name, source: place });
  for (const { legacy, written, value, source } of given) {
    if (legacy.group === group) {
      layer.items.push({ group, name, key: legacy.key, value, source });
      continue;
    }
    const side = group === "sources" ? "source" : "destination";
    const cause = `of bundle ${name} is out of place: it is a ${side}`;
    layer.problems.push({ key: written, source, cause, remedy: `remove it, or remove ${path.written}` });
  }
}

/** Says of a required value what it was called of old. */
export const missingOfOld: MissingWords = (key, item) => {
  if (item === undefined) {
    if (key !== "coordPoint") return undefined;
    return { key: "coordination point", cause: "not set", remedy: "set coordPoint (c)" };
  }
  const legacy = LEGACY_BUNDLE_KEYS.find((known) => known.group === item.group.key && known.key === key);
  if (legacy === undefined) return undefined;
  const written = `${legacy.long} (${legacy.short})`;
  return { key: written, cause: `of bundle ${item.name} is not set`, remedy: "set it" };
};

/** Something the old parser wanted and nobody used. */
export function unusedOfOld(layer: Gathering, given: Given): void {
  layer.warnings.push(`${given.key} (${given.source}) has no effect, as before`);
}
