import { expect, test } from "bun:test";
import { metricsText } from "../../src/core/metrics.ts";
import { status as statusOf } from "./observations.ts";

const program = { version: "1.2.3", commit: "abc" };
const process = { startSeconds: 1700000000.5, cpuSeconds: 0.25, residentBytes: 40_000_000 };
const record = { name: "in", direction: "in" as const, repo: "r", id: "i" };

test("everything is said in Prometheus' text format", () => {
  const text = metricsText({
    ...program,
    statuses: [statusOf("files", "ready", { beat: 7, attempt: 2, bundles: [record] })],
    transfers: [{ participant: "files", label: "download in", files: 3, bytes: 1024 }],
    process,
  });
  const lines = text.split("\n");
  for (const line of [
    "# TYPE datamon_sidecar_phase gauge",
    'datamon_sidecar_info{version="1.2.3",commit="abc"} 1',
    'datamon_sidecar_phase{participant="files",phase="ready"} 1',
    'datamon_sidecar_phase{participant="files",phase="done"} 0',
    'datamon_sidecar_attempt{participant="files"} 2',
    "# TYPE datamon_sidecar_beats_total counter",
    'datamon_sidecar_beats_total{participant="files"} 7',
    'datamon_sidecar_transferred_bytes_total{participant="files",transfer="download in"} 1024',
    'datamon_sidecar_transferred_files_total{participant="files",transfer="download in"} 3',
    'datamon_sidecar_bundles{participant="files",direction="in"} 1',
    'datamon_sidecar_bundles{participant="files",direction="out"} 0',
    "process_start_time_seconds 1700000000.5",
    "process_cpu_seconds_total 0.25",
    "process_resident_memory_bytes 40000000",
  ]) {
    expect(lines).toContain(line);
  }
});

test("every line is a comment or a sample, and each family is told once", () => {
  const text = metricsText({ ...program, statuses: [statusOf("app", "waiting")], transfers: [], process });
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.trimEnd().split("\n");
  for (const line of lines) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+]+)$/,
    );
  }
  const families = lines.filter((line) => line.startsWith("# TYPE"));
  expect(new Set(families).size).toBe(families.length);
  expect(text).not.toContain("transferred");
});

test("what a name may hold cannot break a label", () => {
  const label = 'upload a"b\\c\nd';
  const transfers = [{ participant: "files", label, files: 0, bytes: 0 }];
  expect(metricsText({ ...program, statuses: [], transfers, process })).toContain(
    String.raw`transfer="upload a\"b\\c\nd"`,
  );
});
