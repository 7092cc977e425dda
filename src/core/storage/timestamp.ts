/** A moment (milliseconds since 1970) as Go writes it, RFC 3339 in UTC without trailing zeros in the fraction. */
export function goTimestamp(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(/\.?0*Z$/, "Z");
}
