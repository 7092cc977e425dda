/** What `wrap_datamon_pg.sh` could be told (`globalOpts` and `database` of its file), and its variables. */

export const POSTGRES_GLOBALS = [
  "coordPoint",
  "pollInterval",
  "sleepInsteadOfExit",
  "sleepTimeout",
  "ignorePGVersionMismatch",
] as const;

/** Keys of `database`, and ours. `name` says which database the others belong to. */
export const POSTGRES_DATABASE = {
  name: "name",
  dataDir: "dataDir",
  pgPort: "port",
  owner: "owner",
  srcRepo: "sourceRepo",
  srcLabel: "sourceLabel",
  srcBundle: "sourceBundle",
  destRepo: "destinationRepo",
  destLabel: "destinationLabel",
  destMessage: "destinationMessage",
} as const;

export const GLOBALS_PREFIX = "SIDECAR_GLOBALOPTS_";
export const DATABASE_PREFIX = "SIDECAR_DATABASE_";

/** The documentation of the old sidecar spelled this one in two ways. */
export const COORD_POINT_ALIAS = `${GLOBALS_PREFIX}COORD_POINT`;

export const LEGACY_POSTGRES_VARIABLES: readonly string[] = [
  ...POSTGRES_GLOBALS.map((key) => GLOBALS_PREFIX + key.toUpperCase()),
  COORD_POINT_ALIAS,
  ...Object.keys(POSTGRES_DATABASE).map((key) => DATABASE_PREFIX + key.toUpperCase()),
];
