/** Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
import { PHASES, type Status } from "./status.ts";

/** How far one transfer has come. */
export interface Transfer {
  readonly participant: string;
  /** What is moved, and which way: `download input`. */
  readonly label: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Measures {
  readonly version: string;
  readonly commit: string;
  readonly statuses: readonly Status[];
  readonly transfers: readonly Transfer[];
  /** Of this process, with the names that Prometheus' own clients use. */
  readonly process: {
    readonly startSeconds: number;
    readonly cpuSeconds: number;
    readonly residentBytes: number;
  };
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function metricsText({ version, commit, statuses, transfers, process }: Measures): string {
  const moved = (unit: "bytes" | "files"): Sample[] =>
    transfers.map(({ participant, label, [unit]: value }) => ({
      labels: { participant, transfer: label },
      value,
    }));
  return [
    family("datamon_sidecar_info", "gauge", "The program.", [{ labels: { version, commit }, value: 1 }]),
    family("datamon_sidecar_phase", "gauge", "1 for the phase that the participant is in.", phases(statuses)),
    family(
      "datamon_sidecar_attempt",
      "gauge",
      "How often it was started in this run.",
      counted(statuses, "attempt"),
    ),
    family("datamon_sidecar_beats_total", "counter", "Signs of life.", counted(statuses, "beat")),
    family("datamon_sidecar_transferred_bytes_total", "counter", "Bytes of bundles moved.", moved("bytes")),
    family("datamon_sidecar_transferred_files_total", "counter", "Files of bundles moved.", moved("files")),
    family(
      "datamon_sidecar_bundles",
      "gauge",
      "Bundles fetched (in) or completely uploaded (out).",
      bundles(statuses),
    ),
    family("process_start_time_seconds", "gauge", "Start of the process, Unix time.", [
      { labels: {}, value: process.startSeconds },
    ]),
    family("process_cpu_seconds_total", "counter", "User and system time spent.", [
      { labels: {}, value: process.cpuSeconds },
    ]),
    family("process_resident_memory_bytes", "gauge", "Resident memory.", [
      { labels: {}, value: process.residentBytes },
    ]),
  ].join("");
}

function phases(statuses: readonly Status[]): Sample[] {
  return statuses.flatMap(({ participant, phase }) =>
    PHASES.map((each) => ({ labels: { participant, phase: each }, value: each === phase ? 1 : 0 })),
  );
}

function bundles(statuses: readonly Status[]): Sample[] {
  return statuses.flatMap(({ participant, bundles: records }) =>
    (["in", "out"] as const).map((direction) => ({
      labels: { participant, direction },
      value: records.filter((record) => record.direction === direction).length,
    })),
  );
}

function counted(statuses: readonly Status[], key: "attempt" | "beat"): Sample[] {
  return statuses.map((status) => ({ labels: { participant: status.participant }, value: status[key] }));
}

function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
