import { KnownError } from "./errors.ts";

const BLANK = /[ \t\r\n]/;
const ESCAPABLE_IN_DOUBLE_QUOTES = '"\\$`';

/**
 * Splits a text into words as a POSIX shell does before any expansion: blanks, single and double quotes,
 * backslashes (shell grammar, "Quoting"). `$`, globs and operators are ordinary characters.
 * Errors: `configuration` for a quote or a backslash that is not finished.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (BLANK.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = pieceAt(text, at);
    word = (word ?? "") + piece.value;
    at = piece.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A word in single quotes that any POSIX shell reads back unchanged. NUL cannot be in a word. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

interface Piece {
  readonly value: string;
  readonly end: number;
}

function pieceAt(text: string, at: number): Piece {
  const character = text[at]!;
  if (character === "'") {
    const end = text.indexOf("'", at + 1);
    if (end === -1) throw unfinished("a single quote is not closed");
    return { value: text.slice(at + 1, end), end: end + 1 };
  }
  if (character === '"') return doubleQuoted(text, at + 1);
  if (character !== "\\") return { value: character, end: at + 1 };
  const escaped = text[at + 1];
  if (escaped === undefined) throw unfinished("it ends in a backslash");
  return { value: escaped === "\n" ? "" : escaped, end: at + 2 };
}

function doubleQuoted(text: string, start: number): Piece {
  let value = "";
  let at = start;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"') return { value, end: at + 1 };
    const next = text[at + 1];
    if (
      character === "\\" &&
      next !== undefined &&
      (next === "\n" || ESCAPABLE_IN_DOUBLE_QUOTES.includes(next))
    ) {
      value += next === "\n" ? "" : next;
      at += 2;
      continue;
    }
    value += character;
    at += 1;
  }
  throw unfinished("a double quote is not closed");
}

function unfinished(why: string): KnownError {
  return new KnownError("configuration", `cannot split into words: ${why}`, {
    remedy: "close the quote, or escape it with a backslash",
  });
}
