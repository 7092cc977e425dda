import { choice, duration, listOf, safeName, text, wholeNumber, yesNo } from "./kinds.ts";
import { datamonSettings } from "./datamon-flags.ts";
import type { Group } from "./group.ts";
import { optional, required, withDefault } from "./setting.ts";

/** What may be said once for all databases. */
export const databaseDefaults = {
  dataDir: withDefault(
    text("folder"),
    "/pg_stage",
    "Folder that holds the data folder of each database, `dataDir/NAME`.",
  ),
  owner: withDefault(text("role"), "postgres", "A superuser that a new database gets beside `postgres`."),
  vacuum: withDefault(
    choice(["off", "on", "freeze"]),
    "on",
    "Whether every database is vacuumed before the upload.",
  ),
  upgrade: withDefault(
    choice(["never", "auto", "only"]),
    "never",
    "Whether a bundle of an older major version is upgraded; `only` upgrades, archives and ends.",
  ),
  upgradeMode: withDefault(
    choice(["copy", "link"]),
    "copy",
    "Whether an upgrade copies the data files or links them.",
  ),
  listenAddress: withDefault(text("address"), "localhost", "Address the server listens on."),
  authentication: withDefault(
    choice(["trust", "scram-sha-256"]),
    "trust",
    "How clients prove who they are; `scram-sha-256` needs a password file.",
  ),
  passwordFile: optional(text("file"), "File that holds the password of the superuser."),
  serverParameters: withDefault(
    listOf("list of `name=value`", parameterReason),
    [],
    "Parameters of the server, as `postgres -c` takes them.",
  ),
  serverRestarts: withDefault(
    wholeNumber(0, 1000),
    "0",
    "How often a crashed server is started again before that is a failure.",
  ),
  serverStartTimeout: withDefault(duration(1), "10m", "How long a server may take to answer a query."),
  checkInterval: withDefault(
    duration(),
    "10s",
    "How often a server is asked whether it still answers a new client; `0` for never.",
  ),
  answerTimeout: withDefault(
    duration(1),
    "1m",
    "How long a running server may take to answer before it counts as hung.",
  ),
  clientTimeout: withDefault(
    duration(),
    "10s",
    "How long clients may take to leave before they are terminated.",
  ),
  vacuumTimeout: withDefault(
    duration(1),
    "1h",
    "How long the vacuum of all databases together may take; what is left of it then is skipped.",
  ),
  serverStopTimeout: withDefault(
    duration(1),
    "10m",
    "How long the last checkpoint, and then the fast shutdown, may take before an immediate one.",
  ),
  uploadAfterImmediate: withDefault(
    yesNo(),
    "false",
    "Whether a database is uploaded although only an immediate shutdown ended it. Such a bundle needs crash recovery.",
  ),
};

const NAME = required(
  safeName(),
  "Name of the database server: the folder of its markers, and what `--wait-for postgres:NAME` names.",
  { example: "db" },
);

export const databaseSettings = {
  name: NAME,
  port: withDefault(wholeNumber(1, 65_535), "5432", "Port of the server, one for each database."),
  ...databaseDefaults,
  sourceRepo: optional(
    text(),
    "Repository of the bundle the database starts from; without it a new one is made.",
  ),
  sourceLabel: optional(text(), "The bundle this label names."),
  sourceBundle: optional(text("bundle id"), "The bundle with this id. Without a label or an id: the newest."),
  destinationRepo: optional(text(), "Repository that receives the database; without it nothing is uploaded."),
  destinationMessage: optional(text(), "Message of the new bundle, required with a destination."),
  destinationLabel: optional(text(), "Label that will name the new bundle."),
  destinationIdFile: optional(text("file"), "File that receives the id of the new bundle."),
  ...datamonSettings(["download", "upload"]),
};

export const databases: Group = {
  key: "databases",
  singular: "database",
  description: "Database servers.",
  settings: databaseSettings,
};

/** The name of a parameter as Postgres writes it, an extension's prefix included. */
function parameterReason(parameter: string): string | undefined {
  return /^[A-Za-z_][\w.]*=/.test(parameter)
    ? undefined
    : `has ${JSON.stringify(parameter)}, which is no parameter; write name=value`;
}
