/**
 * KSUIDs, the ids of bundles: 4 bytes of big-endian seconds since 2014-05-13T16:53:20Z, 16 random bytes, written
 * as 27 digits of base 62, so that ids sort by time (github.com/segmentio/ksuid).
 */

const EPOCH_SECONDS = 1_400_000_000;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 27;
const BYTES = 20;
const LIMIT = 1n << BigInt(BYTES * 8);

/** The id for a moment (seconds since 1970, 2014 to 2150) and 16 random bytes. */
export function encodeKsuid(unixSeconds: number, random: Uint8Array): string {
  if (random.length !== 16) throw new RangeError(`a KSUID takes 16 random bytes, not ${random.length}`);
  const seconds = Math.floor(unixSeconds) - EPOCH_SECONDS;
  if (!(seconds >= 0 && seconds < 2 ** 32)) throw new RangeError(`no KSUID exists for second ${unixSeconds}`);
  let value = BigInt(seconds);
  for (const byte of random) value = (value << 8n) | BigInt(byte);
  let text = "";
  for (let i = 0; i < LENGTH; i++) {
    text = DIGITS.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}

/** Seconds since 1970 and the 16 random bytes of an id, or undefined when the text is none. */
export function decodeKsuid(id: string): { unixSeconds: number; random: Uint8Array } | undefined {
  if (id.length !== LENGTH) return undefined;
  let value = 0n;
  for (const digit of id) {
    const position = DIGITS.indexOf(digit);
    if (position < 0) return undefined;
    value = value * 62n + BigInt(position);
  }
  if (value >= LIMIT) return undefined;
  const random = new Uint8Array(16);
  for (let i = 15; i >= 0; i--) {
    random[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  return { unixSeconds: Number(value) + EPOCH_SECONDS, random };
}

export function isKsuid(id: string): boolean {
  return decodeKsuid(id) !== undefined;
}
