import { type ErrorKind, KnownError } from "../../../core/errors.ts";
import type { Input, JobName } from "./jobs.ts";
import type { Session } from "./workbench.ts";

/** To a worker thread: one job at a time, or a session to let go of. */
export type Request =
  | { readonly type: "job"; readonly session: Session; readonly job: JobName; readonly input: Input<JobName> }
  | { readonly type: "forget"; readonly session: string };

/** From a worker thread: exactly one for each request. */
export type Response =
  | { readonly type: "done"; readonly output: unknown }
  | { readonly type: "failed"; readonly error: WireError };

/** A KnownError loses its class on the way between threads. */
export interface WireError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly details: KnownError["details"];
}

export function toWire(error: KnownError): WireError {
  const { kind, message, remedy, details } = error;
  return { kind, message, remedy, details };
}

export function fromWire({ kind, message, remedy, details }: WireError): KnownError {
  return new KnownError(kind, message, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(details === undefined ? {} : { details }),
  });
}
