import { KnownError, systemCode } from "../../../core/errors.ts";

/** An error of the operating system as one we can explain; any other as it is. `what` as in "cannot download …". */
export function explained(what: string, error: unknown): unknown {
  if (error instanceof KnownError || systemCode(error) === undefined) return error;
  return new KnownError("system", `cannot ${what}: ${(error as Error).message}`, {
    cause: error,
    remedy: "check the folder, its permissions and its disk",
  });
}
