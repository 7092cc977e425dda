import { writeAll } from "../adapters/output.ts";

/** Prints a result, with a line end, on standard output. */
export function print(text: string): void {
  writeAll(1, text.endsWith("\n") ? text : `${text}\n`);
}
