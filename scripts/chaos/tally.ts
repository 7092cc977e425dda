/** Counts faults and how the runs with them ended. */
import type { Outcome } from "./run.ts";

interface Row {
  runs: number;
  succeeded: number;
  recovered: number;
  failed: number;
  slowest: number;
}

export class Tally {
  readonly #rows = new Map<string, Row>();
  runs = 0;
  #faults = 0;
  violations = 0;

  add({ plan, codes, violations, milliseconds }: Outcome): void {
    this.runs += 1;
    this.#faults += plan.faults.length;
    this.violations += violations.length;
    const kinds = new Set<string>(plan.faults.map(({ kind }) => kind));
    const isOver = codes.wrapper.at(-1) === 0;
    const restarted = codes.wrapper.length > 1 || codes.sidecar.length > 1;
    for (const kind of kinds.size === 0 ? ["(none)"] : kinds) {
      const row = this.#rows.get(kind) ?? { runs: 0, succeeded: 0, recovered: 0, failed: 0, slowest: 0 };
      row.runs += 1;
      if (!isOver) row.failed += 1;
      else if (restarted) row.recovered += 1;
      else row.succeeded += 1;
      row.slowest = Math.max(row.slowest, milliseconds);
      this.#rows.set(kind, row);
    }
  }

  /** Markdown: fault × outcome. */
  table(): string {
    const rows = [...this.#rows]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(
        ([kind, { runs, succeeded, recovered, failed, slowest }]) =>
          `| ${kind} | ${runs} | ${succeeded} | ${recovered} | ${failed} | ${(slowest / 1000).toFixed(1)} s |`,
      );
    return [
      "| fault | runs with it | succeeded | succeeded after a restart | failed with a cause | slowest |",
      "|---|--:|--:|--:|--:|--:|",
      ...rows,
    ].join("\n");
  }

  summary(): string {
    return `${this.runs} runs, ${this.#faults} faults injected, ${this.violations} violations`;
  }
}
