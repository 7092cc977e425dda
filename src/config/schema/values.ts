/**
 * Texts to values. A refused text gives the reason, worded to follow the name of the setting, and after a
 * semicolon what to do about it.
 */
import { MARKER_NAMES } from "./marker-names.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const PLAIN_NUMBER = /^\d+(?:\.\d+)?$/;

/** Timers of the runtime take 31 bits of milliseconds; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const NAME_BYTES = 100;
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** `30s`, `5m`, `1h30m`, `250ms`; a plain number counts seconds. */
export function parseDuration(text: string, least: number): number | string {
  const milliseconds = durationOf(text);
  if (milliseconds === undefined) {
    return "is not a duration; write 30s, 5m, 1h30m, 250ms, or a number of seconds";
  }
  if (milliseconds > LONGEST_MS)
    return "is longer than the 24 days a timer can take; write less, or 0 where that means for ever";
  if (milliseconds < least) return `is too short; write at least ${writeDuration(least)}`;
  return milliseconds;
}

function durationOf(text: string): number | undefined {
  if (PLAIN_NUMBER.test(text)) return Math.round(Number(text) * 1000);
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(DURATION_PART)) sum += Number(number) * (UNITS[unit!] ?? 0);
  return Math.round(sum);
}

/** Milliseconds in the largest unit that divides them: `90000` → `90s`. */
function writeDuration(milliseconds: number): string {
  const unit = Object.entries(UNITS).findLast(
    ([, size]) => milliseconds % size === 0 && milliseconds >= size,
  );
  return unit === undefined ? `${milliseconds}s` : `${milliseconds / unit[1]}${unit[0]}`;
}

export function parseWholeNumber(text: string, least: number, most: number): number | string {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most
    ? number
    : `is not a whole number from ${least} to ${most}; write one`;
}

export function parseBoolean(given: boolean | string): boolean {
  return given === true || given === "true" || given === "yes" || given === "on" || given === "1";
}

/** Why a name cannot be one component of a path in the coordination folder, and what to do. */
export function unsafeNameReason(name: string): string | undefined {
  const reason = unsafeReason(name);
  return reason && `${reason}; use a plain name of letters, digits, - and _`;
}

function unsafeReason(name: string): string | undefined {
  if (name.includes("/")) return 'holds "/" and would leave its folder';
  if (name.startsWith(".")) return 'begins with "."';
  if (CONTROL_CHARACTER.test(name)) return "holds a control character";
  if (LONE_SURROGATE.test(name)) return "is not valid Unicode";
  if (new TextEncoder().encode(name).length > NAME_BYTES) return `is longer than ${NAME_BYTES} bytes`;
  if (name !== name.trim()) return "begins or ends with a blank";
  if (MARKER_NAMES.includes(name)) return "is the name of a marker of the coordination folder";
  return undefined;
}
