/** A write-ahead log file: timeline, then position, as 24 hexadecimal digits. */
const SEGMENT = /^[0-9A-F]{24}$/;

/**
 * The log files that the server has set aside for the future, renamed from old ones: after a clean shutdown nothing in them is
 * read again, and they can make a small bundle many times its size. `current` is the file with the last checkpoint; the one after
 * it is kept, for the checkpoint's record may end there.
 */
export function recycledSegments(names: readonly string[], current: string): readonly string[] {
  const timeline = current.slice(0, 8);
  const ahead = names.filter((name) => SEGMENT.test(name) && name.startsWith(timeline) && name > current);
  return ahead.toSorted().slice(1);
}
