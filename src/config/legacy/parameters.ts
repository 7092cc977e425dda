/** What `sidecar_param parse` did: parameters in YAML become dictionaries in variables, for `eval` by a shell. */
import { chooseSeparators, encodeDictionary } from "../../core/dictionary.ts";
import type { DictionaryEntry } from "../../core/dictionary.ts";
import { quoteWord } from "../../core/words.ts";
import { placeOf } from "../file.ts";
import type { FileEntry, SettingsFile } from "../file.ts";
import { entriesOf, itemsOf, unknownKey } from "../layers/file.ts";
import { gathering } from "../layers/layer.ts";
import type { Gathering } from "../layers/layer.ts";
import { ConfigurationError } from "../problems.ts";
import { legacyText } from "./fuse-file.ts";
import { PARAMETER_KINDS } from "./parameter-kinds.ts";
import type { ParameterKey, ParameterKind } from "./parameter-kinds.ts";

const SHELL_NAME = /^\w+$/;
const YES_NO = ["true", "false"];

/** Lines `export NAME='…'` for every variable of the sidecar. Errors: ConfigurationError. */
export function exportLines(kind: keyof typeof PARAMETER_KINDS, file: SettingsFile): readonly string[] {
  const { globals, items } = readParameters(PARAMETER_KINDS[kind], file);
  const dictionaries = [globals, ...items];
  const separators = chooseSeparators([
    ...dictionaries.flatMap(({ texts }) => texts),
    ...dictionaries.flatMap(({ entries }) => entries.map(([key]) => key)),
  ]);
  return dictionaries.map(
    ({ variable, entries }) => `export ${variable}=${quoteWord(encodeDictionary(entries, separators))}`,
  );
}

interface Dictionary {
  readonly variable: string;
  readonly entries: readonly DictionaryEntry[];
  /** Every value of the parameters, those not passed on included: the separators occur in none of them. */
  readonly texts: readonly string[];
}

function readParameters(
  kind: ParameterKind,
  file: SettingsFile,
): { globals: Dictionary; items: Dictionary[] } {
  const layer = gathering();
  layer.problems.push(...file.problems);
  const top = entriesOf(layer, file, file.root, "parameters");
  let globals = dictionary(layer, file, kind.globals, kind.globalsVariable, []);
  const items: Dictionary[] = [];
  for (const entry of top) {
    if (entry.key === "globalOpts") {
      const entries = entriesOf(layer, file, entry.value, entry.key).flatMap((each) =>
        flattened(layer, file, each),
      );
      globals = dictionary(layer, file, kind.globals, kind.globalsVariable, entries);
    } else if (entry.key === kind.list) {
      items.push(...readItems(layer, file, kind, entry));
    } else {
      unknownKey(layer, file, entry, ["globalOpts", kind.list], `write globalOpts and ${kind.list}`);
    }
  }
  if (!globals.entries.some(([key]) => key === "c") && file.problems.length === 0) {
    const problem = { key: "coordination point", source: file.name, cause: "not set" };
    layer.problems.push({ ...problem, remedy: "set coordPoint in globalOpts" });
  }
  if (layer.problems.length > 0) throw new ConfigurationError(layer.problems);
  return { globals, items };
}

/** `contributor: {name, email}` as `contributor.name` and `contributor.email`. */
function flattened(layer: Gathering, file: SettingsFile, entry: FileEntry): readonly FileEntry[] {
  if (entry.key !== "contributor") return [entry];
  return entriesOf(layer, file, entry.value, entry.key).map((each) => ({
    ...each,
    key: `contributor.${each.key}`,
  }));
}

function readItems(layer: Gathering, file: SettingsFile, kind: ParameterKind, list: FileEntry): Dictionary[] {
  const seen = new Set<string>();
  return itemsOf(layer, file, list).map((item) => {
    const entries = entriesOf(layer, file, item, list.key);
    const nameEntry = entries.find((entry) => entry.key === "name");
    const name = nameEntry === undefined ? "" : legacyText(layer, file, nameEntry);
    const source = placeOf(file, nameEntry ?? item);
    if (!SHELL_NAME.test(name)) {
      const cause = "cannot be part of the name of a variable";
      const remedy = "use letters, digits and _";
      layer.problems.push({ key: "name", value: name, source, cause, remedy });
    } else if (seen.has(name)) {
      layer.problems.push({ key: "name", value: name, source, cause: "is used twice", remedy: "rename one" });
    }
    seen.add(name);
    return dictionary(layer, file, kind.items, `${kind.itemVariable}${name}`, entries);
  });
}

function dictionary(
  layer: Gathering,
  file: SettingsFile,
  known: readonly ParameterKey[],
  variable: string,
  entries: readonly FileEntry[],
): Dictionary {
  const values = new Map<string, string>();
  for (const entry of entries) {
    const key = known.find((each) => each.long === entry.key);
    if (key === undefined) {
      unknownKey(
        layer,
        file,
        entry,
        known.map((each) => each.long),
        "see the keys of the parameters",
      );
      continue;
    }
    values.set(key.long, checkedText(layer, file, entry, key));
  }
  const texts = known.map((key) => values.get(key.long) || (key.form === "text" ? "" : key.fallback));
  const written = known.flatMap((key, index) => entryOf(key, texts[index] ?? ""));
  return { variable, entries: written, texts };
}

function entryOf(key: ParameterKey, value: string): DictionaryEntry[] {
  if (key.short === undefined || value === "") return [];
  if (key.form === "option") return value === "true" ? [[key.short, true]] : [];
  return [[key.short, value]];
}

function checkedText(layer: Gathering, file: SettingsFile, entry: FileEntry, key: ParameterKey): string {
  const text = legacyText(layer, file, entry);
  const problem = { key: entry.key, value: text, source: placeOf(file, entry) };
  if (text.includes("\0")) {
    layer.problems.push({ ...problem, cause: "holds a NUL character", remedy: "remove it" });
  } else if (text !== "" && (key.form === "option" || key.form === "yes-no") && !YES_NO.includes(text)) {
    layer.problems.push({ ...problem, cause: "is neither true nor false", remedy: "write true or false" });
  } else if (text !== "" && key.form === "number" && !/^\d{1,9}$/.test(text)) {
    layer.problems.push({ ...problem, cause: "is no whole number", remedy: "write digits" });
  }
  return text;
}
