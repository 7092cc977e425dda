/**
 * Kinds of failure that somebody reacts to differently; each has one exit code (`exit-codes.ts`).
 *
 * - `usage`: the command line cannot be understood
 * - `configuration`: settings contradict themselves or the environment
 * - `peer`: another participant failed or fell silent
 * - `system`: the operating system refused something (a folder, a process, a mount)
 * - `transfer`: bytes did not arrive, or arrived wrong
 * - `stopped`: we were asked to stop
 * - `bug`: a promise of our own code was broken
 */
export type ErrorKind = "usage" | "configuration" | "peer" | "system" | "transfer" | "stopped" | "bug";

/** Fields that go into the log beside the message. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/**
 * A failure we can explain. Its message reads `cannot X: why`, quotes the value and where it came from;
 * `remedy` says what to do next.
 */
export class KnownError extends Error {
  readonly kind: ErrorKind;
  readonly remedy: string | undefined;
  readonly details: ErrorDetails | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { cause?: unknown; remedy?: string; details?: ErrorDetails } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "KnownError";
    this.kind = kind;
    this.remedy = options.remedy;
    this.details = options.details;
  }
}

/** The message and the remedy of an error in one line, for logs and the termination message. */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const remedy = error instanceof KnownError ? error.remedy : undefined;
  const text = remedy === undefined ? error.message : `${error.message}; ${remedy}`;
  if (!text.includes("\n")) return text;
  // An expression for a line end with blanks around it would take the square of their number.
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join(" ");
}

/** Any thrown value as a KnownError: what is not one already is a bug of ours. */
export function toKnownError(error: unknown): KnownError {
  if (error instanceof KnownError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KnownError("bug", `unexpected: ${message}`, { cause: error });
}

/** The `code` of an error of the operating system (`ENOENT`, …), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
