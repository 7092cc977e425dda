/** Processor architectures, as Bun and `process.arch` call them, and what GNU and Debian call the same. */
export const TARGETS = {
  x64: { machine: "x86_64", debian: "amd64", loader: "ld-linux-x86-64.so.2" },
  arm64: { machine: "aarch64", debian: "arm64", loader: "ld-linux-aarch64.so.1" },
} as const;
export type Target = keyof typeof TARGETS;

export function isTarget(text: string): text is Target {
  return Object.hasOwn(TARGETS, text);
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
