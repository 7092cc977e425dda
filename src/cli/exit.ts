import { type KnownError, oneLine, toKnownError } from "../core/errors.ts";
import { EXIT_CODES } from "../core/exit-codes.ts";

/** The one place where an error becomes an exit code. An error may carry a code of its own (legacy dialects). */
export function exitCodeOfError(error: KnownError): number {
  if ("exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
  return EXIT_CODES[error.kind];
}

/** What a person reads when a command ends before it had a log: the message, what to do next, and a trace for our own bugs. */
export function describeError(name: string, thrown: unknown): string {
  const error = toKnownError(thrown);
  const lines = [`${name}: ${error.message}${error.remedy === undefined ? "" : `; ${error.remedy}`}`];
  if (error.kind === "bug" && error.cause instanceof Error) {
    lines.push(error.cause.stack ?? oneLine(error.cause));
  }
  return `${lines.join("\n")}\n`;
}
