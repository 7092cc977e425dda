/** One line of `/proc/self/mountinfo`, as far as we look at it (proc_pid_mountinfo(5)). */
export interface MountEntry {
  /** Unique among the mounts there are; used again once this one is gone. */
  readonly id: number;
  /** The real path of the mount point; symbolic links never appear in the table. */
  readonly mountPoint: string;
  /** `ext4`, `fuse.datamon`, … */
  readonly type: string;
  /** What is mounted; datamon writes the repository's name. */
  readonly source: string;
}

const FIELDS_BEFORE_OPTIONAL = 6;
const MOUNT_POINT_FIELD = 4;

/** The kernel writes space, tab, line end, backslash and `#` as three octal digits. */
function unescapeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}

/** Undefined for a line that is not a mount. */
function parseLine(line: string): MountEntry | undefined {
  const fields = line.split(" ");
  const separator = fields.indexOf("-", FIELDS_BEFORE_OPTIONAL);
  const mountPoint = fields[MOUNT_POINT_FIELD];
  const type = fields[separator + 1];
  const source = fields[separator + 2];
  if (separator === -1 || mountPoint === undefined || type === undefined || source === undefined) {
    return undefined;
  }
  return {
    id: Number(fields[0]),
    mountPoint: unescapeField(mountPoint),
    type: unescapeField(type),
    source: unescapeField(source),
  };
}

/** The mounts of a table's text, lowest first. */
export function parseMountTable(text: string): MountEntry[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

/** The mount one sees at `realPath`: of several stacked ones, the last. */
export function mountAt(table: readonly MountEntry[], realPath: string): MountEntry | undefined {
  return table.findLast((entry) => entry.mountPoint === realPath);
}
