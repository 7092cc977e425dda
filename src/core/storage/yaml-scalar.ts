/**
 * Strings as Go's yaml.v2 writes them into block mappings (resolve.go, emitterc.go of v2.4.0), so that datamon reads
 * ours and ours look like datamon's. Two differences that no reader sees: long strings are not folded, and one with
 * line breaks is double-quoted instead of a literal block.
 */
export function yamlScalar(text: string): string {
  if (readsAsOtherType(text)) return doubleQuoted(text);
  if (hasSpecialCharacters(text)) return doubleQuoted(text);
  if (!canBePlain(text)) return `'${text.replaceAll("'", "''")}'`;
  return text;
}

const WORDS = new Set(
  ["y", "yes", "true", "on", "n", "no", "false", "off", "null"].flatMap((word) => [
    word,
    word.toUpperCase(),
    word.charAt(0).toUpperCase() + word.slice(1),
  ]),
);
const ODD_WORDS = new Set(["", "~", "<<", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"]);

/** Whether YAML 1.1 takes the plain text for a boolean, null, a number or a time. */
function readsAsOtherType(text: string): boolean {
  if (WORDS.has(text) || ODD_WORDS.has(text)) return true;
  if (!/^[-+.0-9]/.test(text)) return false;
  if (/^[-+]\.(inf|Inf|INF)$/.test(text)) return true;
  const digits = text.replaceAll("_", "");
  if (/^[-+]?0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/.test(digits)) return true;
  if (/^[-+]?(\.[0-9]*|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(digits)) return true;
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(text)) return true;
  return /^\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/.test(text);
}

/** What yaml.v2 does not hold for printable: control characters, the tab, and all beyond the first plane. */
function hasSpecialCharacters(text: string): boolean {
  return (
    /[^\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}]/u.test(text) ||
    /[\u2028\u2029]/.test(text)
  );
}

function canBePlain(text: string): boolean {
  if (text.startsWith(" ") || text.endsWith(" ")) return false;
  if (text.startsWith("---") || text.startsWith("...")) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text)) return false;
  if (/^[-?:]( |$)/.test(text)) return false;
  return !/:( |$)/.test(text) && !text.includes(" #");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\u{7}": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u{1b}": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u{85}": "\\N",
  "\u{2028}": "\\L",
  "\u{2029}": "\\P",
};

function doubleQuoted(text: string): string {
  let quoted = "";
  for (const character of text) quoted += ESCAPES[character] ?? escaped(character);
  return `"${quoted}"`;
}

function escaped(character: string): string {
  if (!hasSpecialCharacters(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
