/** Processor architectures, as Bun and `process.arch` call them. */
export const TARGETS = ["x64", "arm64"] as const;
export type Target = (typeof TARGETS)[number];

export function isTarget(text: string): text is Target {
  return (TARGETS as readonly string[]).includes(text);
}
