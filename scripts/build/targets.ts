/** Processor architectures, as Bun and `process.arch` call them. */
export const TARGETS = ["x64", "arm64"] as const;
export type Target = (typeof TARGETS)[number];

export function isTarget(text: string): text is Target {
  return (TARGETS as readonly string[]).includes(text);
}

/** What a build is for and where it goes. */
export interface KitBuild {
  readonly target: Target;
  /** The program of the brain, relative to the root of the repository: `src/main.ts`. */
  readonly entry: string;
  readonly commit: string;
  /** The folder that becomes the kit. */
  readonly out: string;
}
