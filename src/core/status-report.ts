import { formatDuration } from "./duration.ts";
import { harmless } from "./log.ts";
import type { MarkerName } from "./participants.ts";
import { hasEnded, type Status } from "./status.ts";

/** One participant as `status` shows it. */
export interface ReportRow {
  readonly participant: string;
  readonly phase: string;
  /** How long it has been in the phase, as its own clock says. */
  readonly since: string;
  /** How long ago it gave a sign of life; empty once it has ended. */
  readonly lastSign: string;
  readonly says: string;
}

/**
 * Rows for people: everybody with a status, then old participants of whom only markers are seen.
 *
 * @param now the wall clock in milliseconds; compared with what participants wrote, for display alone
 */
export function reportRows(
  statuses: readonly Status[],
  markers: Readonly<Record<string, readonly MarkerName[]>>,
  now: number,
): readonly ReportRow[] {
  const known = new Set(statuses.map(({ participant }) => participant));
  const old = Object.entries(markers)
    .filter(([participant]) => !known.has(participant))
    .map(([participant, names]) => ({
      participant,
      phase: "(old)",
      since: "",
      lastSign: "",
      says: `markers: ${names.join(", ")}`,
    }));
  return [
    ...statuses
      .toSorted((a, b) => a.participant.localeCompare(b.participant))
      .map((status) => ({
        participant: status.participant,
        phase: status.attempt > 1 ? `${status.phase} (attempt ${status.attempt})` : status.phase,
        since: age(status.since, now),
        lastSign: hasEnded(status) ? "" : age(status.at, now),
        says: says(status),
      })),
    ...old,
  ];
}

function says(status: Status): string {
  const parts: string[] = [];
  if (status.failure !== undefined) {
    const { phase, cause, exitCode } = status.failure;
    parts.push(`failed while ${phase}: ${cause} (exit code ${exitCode})`);
  } else if (status.doing !== undefined) parts.push(status.doing);
  if (status.applicationExitCode !== undefined)
    parts.push(`application exit code ${status.applicationExitCode}`);
  for (const { direction, name, id, label, repo } of status.bundles) {
    const labelled = label === undefined ? "" : ` (${label})`;
    parts.push(`${direction === "in" ? "fetched" : "uploaded"} ${name}: ${repo} ${id}${labelled}`);
  }
  return parts.join("; ");
}

function age(time: string, now: number): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? "" : formatDuration(Math.max(0, now - then));
}

const HEADINGS: ReportRow = {
  participant: "PARTICIPANT",
  phase: "PHASE",
  since: "SINCE",
  lastSign: "LAST SIGN",
  says: "SAYS",
};

const COLUMNS = ["participant", "phase", "since", "lastSign", "says"] as const;

/** The rows as an aligned table with headings. What participants wrote cannot move the cursor or break a line. */
export function table(rows: readonly ReportRow[]): string {
  const cells = [HEADINGS, ...rows].map((row) => COLUMNS.map((column) => harmless(row[column])));
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
