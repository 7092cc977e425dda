import { KnownError } from "./errors.ts";

/** An option without an argument is `true`. */
export type DictionaryEntry = readonly [key: string, value: string | true];

export interface Separators {
  readonly entry: string;
  readonly keyValue: string;
}

const FIRST_SEPARATOR = "0".codePointAt(0)!;
const SURROGATES = { first: 0xd8_00, last: 0xdf_ff };

/**
 * Reads `;:a;b:c` as `a` and `b` = `c`: the first two characters are the separators of entries and of a key
 * from its value. A value may hold the key/value separator again. Empty entries are passed over.
 * Errors: `configuration` for missing, equal or forbidden separators, a nameless or a repeated entry.
 */
export function decodeDictionary(text: string): ReadonlyMap<string, string | true> {
  const [entrySeparator, keyValueSeparator] = text;
  if (entrySeparator === undefined || keyValueSeparator === undefined) {
    throw refused("does not begin with an entry and a key/value separator");
  }
  if (entrySeparator === "." || keyValueSeparator === ".") throw refused('uses "." as a separator');
  if (entrySeparator === keyValueSeparator) {
    throw refused(`uses "${entrySeparator}" both between entries and between key and value`);
  }
  const dictionary = new Map<string, string | true>();
  const body = text.slice(entrySeparator.length + keyValueSeparator.length);
  for (const entry of body.split(entrySeparator)) {
    if (entry === "") continue;
    const at = entry.indexOf(keyValueSeparator);
    const key = at === -1 ? entry : entry.slice(0, at);
    if (key === "") throw refused("holds an argument without an option");
    if (dictionary.has(key)) throw refused(`holds the option "${key}" twice`);
    dictionary.set(key, at === -1 ? true : entry.slice(at + keyValueSeparator.length));
  }
  return dictionary;
}

/** Writes a dictionary; none of the keys and values may hold the entry separator, nor a key the other one. */
export function encodeDictionary(entries: readonly DictionaryEntry[], separators: Separators): string {
  const written = entries.map(([key, value]) =>
    value === true ? key : `${key}${separators.keyValue}${value}`,
  );
  return `${separators.entry}${separators.keyValue}${written.join(separators.entry)}`;
}

/** The first two characters from `0` on that occur in none of the texts, as the old generator chose them. */
export function chooseSeparators(texts: readonly string[]): Separators {
  const used = new Set(texts.flatMap((text) => Array.from(text)));
  const entry = freeCharacter(FIRST_SEPARATOR, used);
  return { entry, keyValue: freeCharacter(entry.codePointAt(0)! + 1, used) };
}

function freeCharacter(from: number, used: ReadonlySet<string>): string {
  let code = from;
  for (;;) {
    if (code === SURROGATES.first) code = SURROGATES.last + 1;
    const character = String.fromCodePoint(code);
    if (!used.has(character)) return character;
    code += 1;
  }
}

function refused(why: string): KnownError {
  return new KnownError("configuration", `cannot read the dictionary: it ${why}`, {
    remedy: "write <entry separator><key/value separator>KEY<key/value separator>VALUE<entry separator>…",
  });
}
