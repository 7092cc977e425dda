import { LEGACY_BUNDLE_KEYS, LEGACY_GLOBAL_KEYS } from "../legacy/bundle-keys.ts";
import {
  COORD_POINT_ALIAS,
  DATABASE_PREFIX,
  GLOBALS_PREFIX,
  POSTGRES_DATABASE,
  POSTGRES_GLOBALS,
} from "../legacy/postgres-names.ts";
import { flagOf, kebabCase, upperSnakeCase, variableOf } from "../naming.ts";
import { appSettings } from "../schema/app.ts";
import { destinations, sources } from "../schema/bundles.ts";
import { commonSettings } from "../schema/common.ts";
import { databaseDefaults, databases } from "../schema/databases.ts";
import { OWN_FLAGS } from "../schema/datamon-flags.ts";
import { filesOnlySettings } from "../schema/files.ts";
import type { Group } from "../schema/group.ts";
import { postgresOnlySettings } from "../schema/postgres.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Setting, Settings } from "../schema/setting.ts";
import { datamonDefaults, transferSettings } from "../schema/transfer.ts";

const INTRODUCTION = `# Settings

Made by \`bun run document\` from the schema in \`src/config/schema\`; do not edit.

Every setting has three spellings: a key of the settings file (\`coordPoint\`), a flag (\`--coord-point\`) and a
variable (\`SIDECAR_COORD_POINT\`). Flags count more than variables, variables more than the file, the file more than
defaults. A value that overrides another is named in a warning. Unknown keys, flags and variables \`SIDECAR_…\` are
errors. One file and one set of variables may serve all containers of a pod: each role takes what concerns it.

- The file is YAML, named by \`--config\` or \`SIDECAR_CONFIG\`. \`datamon-sidecar config schema\` prints its JSON Schema.
- A duration is \`30s\`, \`5m\`, \`1h30m\`, \`250ms\`, or a number of seconds.
- A list is a list in the file, a flag given several times, or one variable split into words as a shell does.
- An empty variable counts as not set.
- Names of bundles and databases are plain: no \`/\`, no leading \`.\`, at most 100 bytes.
- A variable spells a name in capitals, with \`_\` for all else: \`SIDECAR_SOURCE_MY_SRC_LABEL\` is the label of \`my-src\`.
  Where nothing else declares the name, the variable declares it in small letters: \`my_src\`.

\`datamon-sidecar config show --role files\` prints each value and where it came from; \`config validate\` only judges.
`;

/** The page `docs/settings.md`. */
export function settingsMarkdown(): string {
  return [
    INTRODUCTION,
    section("Every participant", commonSettings),
    section("The wrapper: `app`", own(appSettings)),
    section("Whatever moves bundles: `files`, `postgres`, `sidecar`", transferSettings),
    section("Files: `files`, `sidecar`", filesOnlySettings),
    groupSection(sources),
    groupSection(destinations),
    section("Postgres: `postgres`, `sidecar`", postgresOnlySettings),
    section("Defaults for all databases", databaseDefaults),
    groupSection(databases),
    section("Flags of the `datamon` command, for all bundles", own({ ...datamonDefaults })),
    `${OWN_FLAGS.map((flag) => `\`--${flag}\``).join(", ")} are the sidecar's own to decide.\n`,
    legacySection(),
  ].join("\n");
}

/** Settings that are not said already of every participant. */
function own(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in commonSettings)));
}

function section(title: string, settings: Settings): string {
  const rows = Object.entries(settings).map(([key, setting]) => {
    const flag = key === "command" ? "after `--`" : `\`${flagOf(key)}\``;
    return row([`\`${key}\``, flag, `\`${variableOf(key)}\``, ...tail(setting)]);
  });
  const head = ["key", "flag", "variable", "value", "default", "meaning"];
  return `## ${title}\n\n${table(head, rows)}`;
}

function groupSection(group: Group): string {
  const prefix = `${variableOf(group.singular)}_NAME_`;
  const rows = Object.entries(group.settings).map(([key, setting]) => {
    const given = key === "name" ? ["", ""] : [`\`${kebabCase(key)}\``, `\`…${upperSnakeCase(key)}\``];
    return row([`\`${key}\``, ...given, ...tail(setting)]);
  });
  const head = ["key", `\`--${group.singular} NAME.…\``, `\`${prefix}…\``, "value", "default", "meaning"];
  return `## \`${group.key}\`\n\n${group.description}\n\n${table(head, rows)}`;
}

function tail(setting: Setting): string[] {
  const { kind, presence, fallback, description } = aboutOf(setting);
  const value = typeof fallback === "string" ? fallback : (fallback ?? []).join(" ");
  const shown = presence === "required" ? "required" : value === "" ? "" : `\`${value}\``;
  return [kind, shown, description];
}

function legacySection(): string {
  const fuse = LEGACY_BUNDLE_KEYS.map(({ long, short, group, key }) =>
    row([`\`${long}\``, `\`${short}\``, `\`${group}\`: \`${key}\``]),
  );
  const globals = LEGACY_GLOBAL_KEYS.map(({ long, short, key }) =>
    row([
      `\`globalOpts.${long}\``,
      `\`${short}\``,
      key === undefined ? "no effect, as before" : `\`${key}\``,
    ]),
  );
  const postgres = [
    ...POSTGRES_GLOBALS.map((key) =>
      row([`\`globalOpts.${key}\``, `\`${GLOBALS_PREFIX}${key.toUpperCase()}\``, `\`${oursOfGlobal(key)}\``]),
    ),
    ...Object.entries(POSTGRES_DATABASE).map(([key, ours]) =>
      row([
        `\`database.${key}\``,
        `\`${DATABASE_PREFIX}${key.toUpperCase()}\``,
        `\`databases\`: \`${ours}\``,
      ]),
    ),
  ];
  return `## The old names

Under their old names the programs read what they always did; variables \`SIDECAR_…\` work there too.

${table(["`dm_fuse_params`", "`dm_fuse_opts`, `dm_fuse_bd_NAME`", "here"], [...globals, ...fuse])}
${table(["`pgparams.yaml`", "variable", "here"], postgres)}
\`${COORD_POINT_ALIAS}\` is another spelling of \`${GLOBALS_PREFIX}COORDPOINT\`.
`;
}

function oursOfGlobal(key: (typeof POSTGRES_GLOBALS)[number]): string {
  if (key === "ignorePGVersionMismatch") return "upgrade";
  return key === "sleepInsteadOfExit" || key === "sleepTimeout" ? "sleepAfter" : key;
}

function table(head: readonly string[], rows: readonly string[]): string {
  return `${row(head)}\n${row(head.map(() => "---"))}\n${rows.join("\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`;
}
