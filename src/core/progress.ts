/** Words for the progress of a long transfer. */

export interface TransferProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  /** 0 while the file list is not known. */
  readonly totalBytes: number;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;
const BAR_WIDTH = 24;

/** Decimal units, as `du --si`: `999 B`, `1.5 kB`, `2.0 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0");
}

/** `45s`, `3m05s`, `2h07m`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${twoDigits(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${twoDigits(Math.floor((whole % 3600) / 60))}m`;
}

/** False as long as the totals are not known; a transfer of nothing is over before it can be shown. */
export function isComplete(progress: TransferProgress): boolean {
  const { files, totalFiles, bytes, totalBytes } = progress;
  return totalFiles > 0 && files >= totalFiles && bytes >= totalBytes;
}

/** Bytes per second and seconds left, from the start of the transfer; undefined while nothing can be said. */
export function paceOf(
  progress: TransferProgress,
  elapsedMs: number,
): { readonly rate: number; readonly remaining: number } | undefined {
  if (elapsedMs <= 0 || progress.bytes <= 0) return undefined;
  const rate = (progress.bytes * 1000) / elapsedMs;
  return { rate, remaining: Math.max(0, progress.totalBytes - progress.bytes) / rate };
}

/** `12/40 files, 1.5 MB of 3.0 MB, 500.0 kB/s, 3s left`; what is not known is left out. */
export function describeProgress(progress: TransferProgress, elapsedMs: number): string {
  const pace = paceOf(progress, elapsedMs);
  const known = progress.totalBytes > 0;
  return [
    ...(progress.files > 0 && progress.totalFiles > 0
      ? [`${progress.files}/${progress.totalFiles} files`]
      : []),
    known
      ? `${formatBytes(progress.bytes)} of ${formatBytes(progress.totalBytes)}`
      : formatBytes(progress.bytes),
    ...(pace === undefined ? [] : [`${formatBytes(Math.round(pace.rate))}/s`]),
    ...(pace === undefined || !known || isComplete(progress)
      ? []
      : [`${formatSeconds(pace.remaining)} left`]),
  ].join(", ");
}

/** `[#####-----]`, filled by bytes, or by files when all of them are empty. */
export function bar(progress: TransferProgress): string {
  const { files, totalFiles, bytes, totalBytes } = progress;
  const [done, total] = totalBytes > 0 ? [bytes, totalBytes] : [files, totalFiles];
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.floor(share * BAR_WIDTH);
  return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
}
