import { readFileSync } from "node:fs";
import { KnownError, oneLine, toKnownError } from "../../../core/errors.ts";
import { print } from "../../print.ts";
import { parameterExports } from "./parse.ts";

const STANDARD_INPUT = 0;
const FAILED = 1;

/** `sidecar_param parse fuse|postgres` as it was: errors on standard output, exit code 1. */
export function sidecarParam(argv: readonly string[]): number {
  try {
    const [verb, ...rest] = argv;
    if (verb !== "parse") {
      throw new KnownError("usage", `cannot understand "${verb ?? ""}": sidecar_param knows only parse`, {
        remedy: "write sidecar_param parse fuse or sidecar_param parse postgres",
      });
    }
    print(parameterExports(rest, () => readFileSync(STANDARD_INPUT, "utf8")));
    return 0;
  } catch (error) {
    print(oneLine(toKnownError(error)));
    return FAILED;
  }
}
