import { placeOf } from "../file.ts";
import type { SettingsFile } from "../file.ts";
import { entriesOf, unknownKey } from "../layers/file.ts";
import { gathering } from "../layers/layer.ts";
import { legacyText } from "./fuse-file.ts";
import { POSTGRES_DATABASE, POSTGRES_GLOBALS } from "./postgres-names.ts";
import type { PostgresValue, PostgresValues } from "./postgres-values.ts";

const SECTIONS: Readonly<Record<PostgresValue["section"], readonly string[]>> = {
  globalOpts: POSTGRES_GLOBALS,
  database: Object.keys(POSTGRES_DATABASE),
};

/** Whether a file is written in the dialect of `pgparams.yaml`. */
export function isLegacyPostgresFile(file: SettingsFile): boolean {
  return file.root.type === "map" && file.root.entries.some((entry) => isSection(entry.key));
}

/** `globalOpts` and `database` of `pgparams.yaml`; empty values are not there. */
export function readPostgresFile(file: SettingsFile): PostgresValues {
  const layer = gathering();
  layer.problems.push(...file.problems);
  const values: PostgresValue[] = [];
  for (const top of entriesOf(layer, file, file.root, "settings file")) {
    if (!isSection(top.key)) {
      unknownKey(layer, file, top, Object.keys(SECTIONS), "write globalOpts or database");
      continue;
    }
    const known = SECTIONS[top.key];
    for (const entry of entriesOf(layer, file, top.value, top.key)) {
      if (!known.includes(entry.key)) {
        unknownKey(layer, file, entry, known, `${top.key} has ${known.join(", ")}`);
        continue;
      }
      const value = legacyText(layer, file, entry);
      const place = { section: top.key, key: entry.key, source: placeOf(file, entry) };
      if (value !== "") values.push({ ...place, value });
    }
  }
  return { values, problems: layer.problems };
}

function isSection(key: string): key is PostgresValue["section"] {
  return key === "globalOpts" || key === "database";
}
