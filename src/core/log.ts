/** How log records look: as one JSON object a line, or for a person at a terminal. */
import { KnownError } from "./errors.ts";

export interface LogRecord {
  readonly time: Date;
  readonly level: "debug" | "info" | "warn" | "error";
  /** Who speaks; empty for a command that takes no part in a run. */
  readonly participant: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A chain longer than this is cut: a cause may name itself as its cause. */
const LONGEST_CHAIN = 8;

/**
 * What may move a cursor, start a terminal's escape sequence, break a line or turn the reading direction: C0, DEL,
 * C1, the line and paragraph separators, the bidirectional controls.
 */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const RESET = "\u001b[0m";
const STYLES = {
  debug: "\u001b[2m",
  info: "\u001b[32m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
  faint: "\u001b[2m",
} as const;

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `text` with every control character made visible. */
export function harmless(text: string): string {
  return text.replaceAll(CONTROL, (c) => {
    if (c === "\n") return String.raw`\n`;
    return c === "\t" ? String.raw`\t` : unicodeEscape(c);
  });
}

/** An error and its causes, outermost first. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause !== undefined && chain.length < LONGEST_CHAIN;) {
    chain.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return chain;
}

/** A stack helps with what we did not foresee; a failure we can explain is clearer without. */
function stackOf(error: Error): string[] {
  if (error instanceof KnownError && error.kind !== "bug") return [];
  const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
  return lines.filter((line) => line.startsWith("at "));
}

function errorAsJson(error: Error): object {
  const [, ...causes] = chainOf(error);
  const known =
    error instanceof KnownError ? { kind: error.kind, remedy: error.remedy, ...error.details } : {};
  const stack = stackOf(error);
  return {
    message: error.message,
    ...known,
    ...(causes.length === 0
      ? {}
      : { causes: causes.map((c) => (c instanceof Error ? c.message : String(c))) }),
    ...(stack.length === 0 ? {} : { stack }),
  };
}

/** JSON knows no errors, and refuses big integers. */
function replacer(_: string, value: unknown): unknown {
  if (value instanceof Error) return errorAsJson(value);
  return typeof value === "bigint" || typeof value === "symbol" ? String(value) : value;
}

/** JSON text of any value; what JSON cannot hold becomes text. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value, replacer) ?? "null";
  } catch {
    return JSON.stringify(String(value));
  }
}

/** `time`, `level`, `participant`, `message`, and `fields` when there are any; always one line. */
export function jsonLine(record: LogRecord): string {
  const { time, level, participant, message, fields } = record;
  const parts = [
    `"time":${JSON.stringify(time.toISOString())}`,
    `"level":${JSON.stringify(level)}`,
    ...(participant === "" ? [] : [`"participant":${JSON.stringify(participant)}`]),
    `"message":${JSON.stringify(message)}`,
    ...(Object.keys(fields).length === 0 ? [] : [`"fields":${json(fields)}`]),
  ];
  return `{${parts.join(",")}}`.replaceAll(CONTROL, unicodeEscape);
}

function clockOf(time: Date): string {
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  const milliseconds = String(time.getMilliseconds()).padStart(3, "0");
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${milliseconds}`;
}

/** Bare when it can be read back as one word, else quoted. */
function prettyValue(value: unknown): string {
  const text = typeof value === "string" ? value : json(value);
  return /^[^\s"=]+$/.test(text) || (typeof value === "object" && value !== null)
    ? harmless(text)
    : harmless(JSON.stringify(text));
}

function errorLines(name: string, error: Error): string[] {
  return chainOf(error).flatMap((cause, depth) => {
    const title = depth === 0 ? name : "caused by";
    if (!(cause instanceof Error)) return [`${title}: ${harmless(String(cause))}`];
    const remedy =
      cause instanceof KnownError && cause.remedy !== undefined ? [`remedy: ${harmless(cause.remedy)}`] : [];
    return [
      `${title}: ${harmless(cause.message)}`,
      ...remedy,
      ...stackOf(cause).map((line) => `  ${harmless(line)}`),
    ];
  });
}

/** Time of day, level, participant, message, fields; errors and their causes on lines of their own below. */
export function prettyLine(record: LogRecord, colour: boolean): string {
  const styled = (style: keyof typeof STYLES, text: string): string =>
    colour ? `${STYLES[style]}${text}${RESET}` : text;
  const words = [
    styled("faint", clockOf(record.time)),
    styled(record.level, record.level.toUpperCase().padEnd("ERROR".length)),
    ...(record.participant === "" ? [] : [`${harmless(record.participant)}:`]),
    harmless(record.message),
  ];
  const below: string[] = [];
  for (const [name, value] of Object.entries(record.fields)) {
    if (value instanceof Error) below.push(...errorLines(harmless(name), value));
    else if (value !== undefined) words.push(`${styled("faint", `${harmless(name)}=`)}${prettyValue(value)}`);
  }
  return [words.join(" "), ...below.map((line) => `    ${line}`)].join("\n");
}
