/** Milliseconds for people: `250 ms`, `30 s`, `1 min 5 s`, `2 h`, `1 h 30 min`. */
export function formatDuration(milliseconds: number): string {
  if (Math.round(milliseconds) < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [large, small, ratio, names] =
    seconds < 3600 ? [60, 1, 60, ["min", "s"] as const] : [3600, 60, 60, ["h", "min"] as const];
  const units = Math.floor(seconds / large);
  const rest = Math.floor((seconds % large) / small) % ratio;
  return rest === 0 ? `${units} ${names[0]}` : `${units} ${names[0]} ${rest} ${names[1]}`;
}
