/** One figure of the benchmark, with the bar it has to meet. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Not more than this; undefined for figures that are only told. */
  readonly bar?: number;
  /** How it came about: counts, absolute times. */
  readonly note?: string;
}

/** The value below which the share `p` of the samples lies. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export function meets(figure: Figure): boolean {
  return figure.bar === undefined || figure.value <= figure.bar;
}

/** The figures as a Markdown table, as the README quotes them. */
export function markdown(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const bar = figure.bar === undefined ? "" : `≤ ${figure.bar} ${figure.unit}`;
    const missed = meets(figure) ? "" : " **missed**";
    return `| ${figure.what} | ${round(figure.value)} ${figure.unit}${missed} | ${bar} | ${figure.note ?? ""} |`;
  });
  return ["| what | measured | bar | how |", "|---|---|---|---|", ...rows].join("\n");
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
