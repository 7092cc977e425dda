import type { ArgsDef } from "citty";
import { parseDuration, unsafeNameReason } from "../config/schema/values.ts";
import { variableOf } from "../config/naming.ts";
import { KnownError } from "../core/errors.ts";
import { participantOf, WRAPPER } from "../core/participants.ts";

/** Flags of everything that looks at participants from outside. */
export const PROBE_ARGS = {
  "coord-point": {
    type: "string",
    alias: "c",
    valueHint: "folder",
    description: "Coordination directory (default: $SIDECAR_COORD_POINT)",
  },
  for: {
    type: "string",
    valueHint: "participant",
    description: "files, postgres:NAME or app; may be given several times",
  },
  "run-id": {
    type: "string",
    description: "The run that is meant (default: $SIDECAR_RUN_ID, or the one under way)",
  },
  "silence-timeout": {
    type: "string",
    valueHint: "duration",
    description:
      "Silence after which a participant counts as dead (default: $SIDECAR_SILENCE_TIMEOUT, or 30s)",
  },
} as const satisfies ArgsDef;

/** Whom to look at, and where. */
export interface ProbeRequest {
  readonly directory: string;
  readonly participants: readonly string[];
  readonly identity: string | undefined;
  /** Milliseconds. */
  readonly silenceTimeout: number;
}

const DEFAULT_SILENCE = "30s";
const POSTGRES_PREFIX = "postgres:";

/** Errors: `usage`. */
export function probeRequest(
  args: Readonly<Record<string, unknown>>,
  rawArgs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ProbeRequest {
  const given = (flag: string, key: string): string | undefined => {
    const value = args[flag];
    return (typeof value === "string" ? value : env[variableOf(key)]) || undefined;
  };
  const directory = given("coord-point", "coordPoint");
  if (directory === undefined) {
    throw new KnownError("usage", "cannot look at anybody: no coordination directory was given", {
      remedy: "add --coord-point, or set SIDECAR_COORD_POINT",
    });
  }
  const names = valuesOf(rawArgs, "--for");
  if (names.length === 0) {
    throw new KnownError("usage", "cannot look at anybody: nobody was named", {
      remedy: "add --for files, --for postgres:NAME or --for app",
    });
  }
  return {
    directory,
    participants: [...new Set(names.map(participantNamed))],
    identity: given("run-id", "runId"),
    silenceTimeout: durationOf(
      "--silence-timeout",
      given("silence-timeout", "silenceTimeout") ?? DEFAULT_SILENCE,
    ),
  };
}

/** Milliseconds. Errors: `usage`. */
export function durationOf(flag: string, text: string): number {
  const parsed = parseDuration(text, 0);
  if (typeof parsed === "number") return parsed;
  const [why, remedy] = parsed.split("; ");
  const message = `cannot use ${flag} ${JSON.stringify(text)}: it ${why}`;
  throw new KnownError("usage", message, remedy === undefined ? {} : { remedy });
}

function participantNamed(name: string): string {
  if (name === WRAPPER) return WRAPPER;
  if (name === "files") return participantOf({ kind: "files" });
  const database = name.startsWith(POSTGRES_PREFIX) ? name.slice(POSTGRES_PREFIX.length) : "";
  if (database !== "" && unsafeNameReason(database) === undefined) {
    return participantOf({ kind: "postgres", database });
  }
  throw new KnownError(
    "usage",
    `cannot look at --for ${JSON.stringify(name)}: there is no such participant`,
    {
      remedy: "write files, postgres:NAME or app",
    },
  );
}

/** Every value of a flag that may be repeated. */
function valuesOf(rawArgs: readonly string[], flag: string): string[] {
  return rawArgs.flatMap((word, index) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    const value = rawArgs[index + 1];
    return word === flag && value !== undefined ? [value] : [];
  });
}
