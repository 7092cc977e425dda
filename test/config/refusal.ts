import { ConfigurationError, problemLine } from "../../src/config/problems.ts";

/** The lines of the problems that parsing ends in; fails when it succeeds. */
export function problemsOf(parse: () => unknown): string[] {
  return refusalOf(parse).problems.map(problemLine);
}

/** The error that parsing ends in; fails when it succeeds. */
export function refusalOf(parse: () => unknown): ConfigurationError {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}
