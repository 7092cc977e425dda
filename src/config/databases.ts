import { bundleRef } from "./bundle-ref.ts";
import type { Findings } from "./outcome.ts";
import { pick } from "./pick.ts";
import { itemKey } from "./resolve.ts";
import type { Resolved, ResolvedItem } from "./resolve.ts";
import { commandFlags, distinct, engineRules, flagRules, labelRule } from "./rules.ts";
import { databaseDefaults } from "./schema/databases.ts";
import type { databaseSettings } from "./schema/databases.ts";
import type { ValuesOf } from "./schema/setting.ts";
import type { DatabaseSettings } from "./settings.ts";

/** Rules for the databases of a Postgres sidecar. */
export function databaseRules(resolved: Resolved, findings: Findings): void {
  const { databases } = resolved.items;
  if (databases.length === 0) {
    const remedy = "declare databases in the settings file, or with --database NAME.port=5432";
    findings.problems.push({ key: "databases", cause: "are not set: there is nothing to do", remedy });
  }
  engineRules(resolved, databases, findings);
  distinct(databases, "port", "give each database a port of its own", findings);
  distinct(databases, "destinationIdFile", "give each database a file of its own", findings);
  for (const database of databases) {
    sourceRules(database, findings);
    destinationRules(database, findings);
    flagRules(database, ["download", "upload"], findings);
    labelRule(database, "destinationLabel", findings);
    const { authentication, passwordFile, sourceRepo, destinationRepo } = database.values;
    if (authentication === "scram-sha-256" && passwordFile === undefined) {
      refuse(database, "passwordFile", "is not set but authentication is scram-sha-256", "set it", findings);
    }
    if (sourceRepo === undefined && destinationRepo === undefined) {
      findings.warnings.push(
        `database "${database.name}" has neither a source nor a destination: it starts empty and is lost`,
      );
    }
  }
}

function sourceRules(database: ResolvedItem, findings: Findings): void {
  const { sourceRepo, sourceLabel, sourceBundle, upgrade, destinationRepo } = database.values;
  if (sourceLabel !== undefined && sourceBundle !== undefined) {
    refuse(database, "sourceBundle", "is given and sourceLabel as well", "give one of the two", findings);
  }
  for (const key of ["sourceLabel", "sourceBundle"]) {
    if (database.values[key] !== undefined && sourceRepo === undefined) {
      refuse(database, key, "is given without sourceRepo", "set sourceRepo", findings);
    }
  }
  if (upgrade === "only" && (sourceRepo === undefined || destinationRepo === undefined)) {
    refuse(
      database,
      "upgrade",
      "is only, which needs a source and a destination",
      "set sourceRepo and destinationRepo",
      findings,
    );
  }
}

function destinationRules(database: ResolvedItem, findings: Findings): void {
  const { destinationRepo, destinationMessage } = database.values;
  if (destinationRepo !== undefined && destinationMessage === undefined) {
    refuse(database, "destinationMessage", "is not set but destinationRepo is", "set it", findings);
  }
  for (const key of ["destinationMessage", "destinationLabel", "destinationIdFile"]) {
    if (database.values[key] !== undefined && destinationRepo === undefined) {
      refuse(database, key, "is given without destinationRepo", "set destinationRepo", findings);
    }
  }
}

function refuse(
  database: ResolvedItem,
  key: string,
  cause: string,
  remedy: string,
  { problems }: Findings,
): void {
  const given = database.givens.get(key);
  const source = given === undefined ? {} : { source: given.source };
  problems.push({ key: itemKey(database.group, database.name, key), ...source, cause, remedy });
}

/** The databases of a sidecar whose rules have been kept. */
export function buildDatabases(resolved: Resolved): readonly DatabaseSettings[] {
  return resolved.items.databases.map(buildDatabase);
}

function buildDatabase(item: ResolvedItem): DatabaseSettings {
  const values = item.values as ValuesOf<typeof databaseSettings>;
  const { name, port, sourceRepo, destinationRepo, destinationMessage } = values;
  const defaults = pick(item.values, [databaseDefaults]);
  const ref = bundleRef({ label: values.sourceLabel, bundle: values.sourceBundle });
  const source = { repo: sourceRepo ?? "", ref, commandFlags: commandFlags(item, "download") };
  const destination = {
    repo: destinationRepo ?? "",
    message: destinationMessage ?? "",
    ...(values.destinationLabel === undefined ? {} : { label: values.destinationLabel }),
    ...(values.destinationIdFile === undefined ? {} : { idFile: values.destinationIdFile }),
    commandFlags: commandFlags(item, "upload"),
  };
  return {
    ...(defaults as unknown as Omit<DatabaseSettings, "name" | "port" | "source" | "destination">),
    name,
    port,
    ...(sourceRepo === undefined ? {} : { source }),
    ...(destinationRepo === undefined ? {} : { destination }),
  };
}
