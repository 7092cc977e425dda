import type { Peer } from "../core/participants.ts";
import { gather } from "./gather.ts";
import { outcome } from "./outcome.ts";
import type { Findings } from "./outcome.ts";
import type { ConfigurationError } from "./problems.ts";
import { resolve } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { commonRules } from "./rules.ts";
import { databaseOfPeer } from "./schema/app.ts";
import type { appSettings } from "./schema/app.ts";
import { ROLES } from "./schema/roles.ts";
import type { ValuesOf } from "./schema/setting.ts";
import type { AppSettings, Inputs, Parsed } from "./settings.ts";

/** Settings of the wrapper from our own flags. Errors: ConfigurationError. */
export function parseAppArguments(inputs: Inputs): Parsed<AppSettings> {
  return appOutcome(resolve(ROLES.app, gather(ROLES.app, inputs)));
}

/** Judges resolved settings of the wrapper and builds them. */
export function appOutcome(resolved: Resolved, failure?: typeof ConfigurationError): Parsed<AppSettings> {
  const findings: Findings = { problems: [], warnings: [] };
  commonRules(resolved, findings);
  const { waitFor, command } = resolved.values;
  const refuseEmpty = (key: string, value: unknown, cause: string, remedy: string) => {
    if (Array.isArray(value) && value.length === 0) findings.problems.push({ key, cause, remedy });
  };
  refuseEmpty("waitFor", waitFor, "names no sidecar", "write --wait-for files or --wait-for postgres:NAME");
  refuseEmpty("command", command, "is empty", "write the application's command after --");
  return outcome(resolved, findings, () => build(resolved), failure);
}

function build(resolved: Resolved): AppSettings {
  const { waitFor, command, ...rest } = resolved.values as ValuesOf<typeof appSettings>;
  return {
    ...(rest as Omit<AppSettings, "peers" | "command">),
    peers: [...new Set(waitFor)].map(peerOf),
    command: command as [string, ...string[]],
  };
}

function peerOf(text: string): Peer {
  const database = databaseOfPeer(text);
  return database === undefined ? { kind: "files" } : { kind: "postgres", database };
}
