import { buildDatabases, databaseRules } from "./databases.ts";
import { gather } from "./gather.ts";
import type { Dialect } from "./gather.ts";
import { legacyPostgresDialect } from "./legacy/postgres-dialect.ts";
import { outcome } from "./outcome.ts";
import type { Findings } from "./outcome.ts";
import { pick } from "./pick.ts";
import { resolve } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { commonRules } from "./rules.ts";
import { commonSettings } from "./schema/common.ts";
import { postgresOnlySettings } from "./schema/postgres.ts";
import { ROLES } from "./schema/roles.ts";
import { transferSettings } from "./schema/transfer.ts";
import type { Inputs, Parsed, PostgresSettings } from "./settings.ts";

/** Settings of the Postgres sidecar from our own flags; variables and a file of old are understood. */
export function parsePostgresArguments(inputs: Inputs): Parsed<PostgresSettings> {
  return postgresOutcome(inputs, legacyPostgresDialect(inputs));
}

/** Judges the settings of a Postgres sidecar and builds them. Errors: ConfigurationError. */
export function postgresOutcome(inputs: Inputs, dialect: Partial<Dialect>): Parsed<PostgresSettings> {
  const resolved = resolve(ROLES.postgres, gather(ROLES.postgres, inputs, dialect));
  const findings: Findings = { problems: [], warnings: [] };
  commonRules(resolved, findings);
  databaseRules(resolved, findings);
  return outcome(resolved, findings, () => buildPostgres(resolved));
}

/** Settings of a Postgres sidecar whose rules have been kept. */
export function buildPostgres(resolved: Resolved): PostgresSettings {
  const values = pick(resolved.values, [commonSettings, transferSettings, postgresOnlySettings]);
  return {
    ...(values as unknown as Omit<PostgresSettings, "databases">),
    databases: buildDatabases(resolved),
  };
}
