import { commonSettings } from "./common.ts";
import { databaseDefaults, databases } from "./databases.ts";
import { applicationTimeout, nativeSidecar } from "./files.ts";
import { duration, list, text } from "./kinds.ts";
import { optional, withDefault } from "./setting.ts";
import { datamonDefaults, transferSettings } from "./transfer.ts";

/** Settings of the Postgres sidecar alone. */
export const postgresOnlySettings = {
  binDirs: withDefault(
    list("list of folders"),
    [],
    "Folders with the binaries of Postgres, one for each major version. Without any the usual places are searched.",
  ),
  runAs: optional(
    text("user"),
    "User the servers run as when the sidecar is root; without it the owner of the data folder, or `postgres`.",
  ),
  runtimeDirectory: withDefault(
    text("folder"),
    "/tmp",
    "Writable folder for sockets and logs of the servers.",
  ),
  applicationTimeout,
  nativeSidecar,
  sleepAfter: withDefault(
    duration(),
    "0",
    "Sleep this long after success instead of exiting, for debugging.",
  ),
};

export const postgresSettings = {
  ...commonSettings,
  ...datamonDefaults,
  ...transferSettings,
  ...postgresOnlySettings,
  ...databaseDefaults,
};

export const postgresGroups = [databases];
