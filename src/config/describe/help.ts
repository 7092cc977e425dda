import { paragraph } from "../../core/paragraph.ts";
import { flagOf, variableOf } from "../naming.ts";
import type { Group } from "../schema/group.ts";
import { ROLES } from "../schema/roles.ts";
import type { Role } from "../schema/roles.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Setting, Settings } from "../schema/setting.ts";
import { ROLE_TEXTS } from "./roles.ts";

const INDENT = 6;

/** The text of `--help` for a role: what it does, examples, every flag with its default. */
export function helpText(role: Role): string {
  const { settings, groups, takesCommand } = ROLES[role];
  const { usage, purpose, examples } = ROLE_TEXTS[role];
  const flags = Object.entries(settings).filter(([key]) => !(takesCommand && key === "command"));
  return [
    ...paragraph(purpose, 0),
    "",
    `Usage: ${usage}`,
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
    ...paragraph(
      `Every flag is also a variable (${flagOf("coordPoint")} is ${variableOf("coordPoint")}) and a key of the settings file (coordPoint). Flags count more than variables, variables more than the file.`,
      0,
    ),
    "",
    "  --config FILE",
    ...paragraph(`The settings file, YAML. Also ${variableOf("config")}.`, INDENT),
    ...flags.flatMap(([key, setting]) => flagLines(key, setting)),
    "  -h, --help",
    ...paragraph("Prints this.", INDENT),
    ...groups.flatMap(groupLines),
  ].join("\n");
}

function flagLines(key: string, setting: Setting): string[] {
  const about = aboutOf(setting);
  const value = about.form === "switch" ? "[=true|false]" : ` ${placeholder(setting)}`;
  const repeat = about.form === "list" ? ", repeatable" : "";
  return [
    `  ${flagOf(key)}${value}${remark(setting, repeat)}`,
    ...paragraph(plain(about.description), INDENT),
  ];
}

function groupLines(group: Group): string[] {
  return [
    "",
    ...paragraph(`${group.description} In the file: the list \`${group.key}\`.`.replaceAll("`", ""), 0),
    "",
    `  --${group.singular} NAME.KEY=VALUE`,
    ...paragraph(`Also ${variableOf(group.singular)}_NAME_KEY. Keys:`, INDENT),
    ...keyLines(group.settings),
  ];
}

function keyLines(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([key, setting]) => {
    if (key === "name") return [];
    const { description } = aboutOf(setting);
    const text = `${flagOf(key).slice(2)}${remark(setting, "")}: ${plain(description)}`;
    return paragraph(text, INDENT);
  });
}

function remark(setting: Setting, more: string): string {
  const { presence, fallback } = aboutOf(setting);
  const value = typeof fallback === "string" ? fallback : (fallback ?? []).join(" ");
  if (presence === "required") return ` (required${more})`;
  if (value !== "") return ` (default ${value}${more})`;
  return more === "" ? "" : ` (${more.slice(2)})`;
}

function placeholder(setting: Setting): string {
  const { kind, form } = aboutOf(setting);
  if (form === "list") return "VALUE";
  return kind.startsWith("`") ? plain(kind).replaceAll(", ", "|") : kind.toUpperCase().replaceAll(" ", "-");
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
