import { camelCase, flagOf, kebabCase } from "../naming.ts";
import type { Group } from "../schema/group.ts";
import type { RoleSchema } from "../schema/roles.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Setting, Settings } from "../schema/setting.ts";
import { didYouMean } from "../suggestion.ts";
import { gathering } from "./layer.ts";
import type { Gathering, Layer } from "./layer.ts";

/** Names the settings file; it is read before the rest and is no setting itself. */
export const FILE_FLAG = "--config";
const HELP_FLAGS = ["--help", "-h"];
const SEE_HELP = "see --help for the flags";

export interface FlagsLayer extends Layer {
  /** The file named by `--config`. */
  readonly file?: string;
  readonly help: boolean;
}

/**
 * Reads the flags of a role: `--flag value`, `--flag=value`, a switch without a value, `--source NAME.KEY=VALUE`.
 * Where the role takes a command, the first word that is no flag begins it, or what follows `--`.
 */
export function flagsLayer(role: RoleSchema, argv: readonly string[]): FlagsLayer {
  const layer = gathering();
  const lists = new Map<string, string[]>();
  let file: string | undefined;
  let help = false;
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index]!;
    if (word === "--") {
      index += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      if (role.takesCommand) break;
      unexpected(layer, word);
      continue;
    }
    if (HELP_FLAGS.includes(word)) {
      help = true;
      continue;
    }
    const { flag, joined } = flagAndValue(word);
    const target = targetOf(role, flag);
    if (target === undefined) {
      unknownFlag(layer, role, flag);
      if (joined === undefined && argv[index + 1]?.startsWith("-") === false) index += 1;
      continue;
    }
    if (target.type === "setting" && aboutOf(target.setting).form === "switch") {
      layer.givens.push({ key: target.key, value: joined ?? "true", source: flag });
      continue;
    }
    const next = argv[index + 1];
    const missing = joined === undefined && (next === undefined || next === "--" || isFlag(role, next));
    if (missing) {
      const remedy = `write ${flag} VALUE or ${flag}=VALUE`;
      layer.problems.push({ key: flag, cause: "has no value", remedy, usage: true });
      continue;
    }
    if (joined === undefined) index += 1;
    const value = joined ?? next!;
    if (target.type === "file") file = value;
    else if (target.type === "group") itemGiven(layer, target.group, value, flag);
    else if (aboutOf(target.setting).form === "single")
      layer.givens.push({ key: target.key, value, source: flag });
    else lists.set(target.key, [...(lists.get(target.key) ?? []), value]);
  }
  for (const [key, value] of lists) layer.givens.push({ key, value, source: flagOf(key) });
  const rest = argv.slice(index);
  if (role.takesCommand && rest.length > 0)
    layer.givens.push({ key: "command", value: rest, source: "command line" });
  if (!role.takesCommand) for (const word of rest) unexpected(layer, word);
  return { ...layer, help, ...(file === undefined ? {} : { file }) };
}

type Target =
  | { readonly type: "file" }
  | { readonly type: "group"; readonly group: Group }
  | { readonly type: "setting"; readonly key: string; readonly setting: Setting };

function targetOf(role: RoleSchema, flag: string): Target | undefined {
  if (flag === FILE_FLAG) return { type: "file" };
  const name = flag.slice(2);
  const group = role.groups.find((known) => known.singular === name);
  if (group !== undefined) return { type: "group", group };
  const key = keyOf(role.settings, name);
  if (key === undefined || (role.takesCommand && key === "command")) return undefined;
  return { type: "setting", key, setting: role.settings[key]! };
}

function keyOf(settings: Settings, kebab: string): string | undefined {
  const key = camelCase(kebab);
  return Object.hasOwn(settings, key) && kebabCase(key) === kebab ? key : undefined;
}

function isFlag(role: RoleSchema, word: string): boolean {
  return word.startsWith("--") && targetOf(role, flagAndValue(word).flag) !== undefined;
}

function flagAndValue(word: string): { flag: string; joined?: string } {
  const at = word.indexOf("=");
  return at === -1 || !word.startsWith("--")
    ? { flag: word }
    : { flag: word.slice(0, at), joined: word.slice(at + 1) };
}

/** `NAME.KEY=VALUE`; the name may hold dots, the key does not. */
function itemGiven(layer: Gathering, group: Group, text: string, flag: string): void {
  const equals = text.indexOf("=");
  const path = equals === -1 ? text : text.slice(0, equals);
  const dot = path.lastIndexOf(".");
  const [name, kebab] = [path.slice(0, Math.max(dot, 0)), path.slice(dot + 1)];
  const key = keyOf(group.settings, kebab);
  const written = `${flag} ${path}`;
  if (dot < 1) {
    const remedy = `write ${flag} NAME.KEY=VALUE`;
    layer.problems.push({ key: flag, value: path, cause: "names no value", remedy, usage: true });
  } else if (key === undefined || key === "name") {
    const known = Object.keys(group.settings)
      .filter((other) => other !== "name")
      .map(kebabCase);
    const remedy = didYouMean(kebab, known, `a ${group.singular} has ${known.join(", ")}`);
    layer.problems.push({ key: written, cause: `is not a key of a ${group.singular}`, remedy, usage: true });
  } else if (equals === -1 && aboutOf(group.settings[key]!).form !== "switch") {
    layer.problems.push({
      key: written,
      cause: "has no value",
      remedy: `write ${written}=VALUE`,
      usage: true,
    });
  } else {
    const value = equals === -1 ? "true" : text.slice(equals + 1);
    const list = aboutOf(group.settings[key]!).form === "list";
    layer.items.push({ group: group.key, name, key, value: list ? [value] : value, source: written });
  }
}

function unknownFlag(layer: Gathering, role: RoleSchema, flag: string): void {
  const settings = Object.keys(role.settings).filter((key) => !(role.takesCommand && key === "command"));
  const known = [
    ...settings.map(flagOf),
    ...role.groups.map((group) => `--${group.singular}`),
    FILE_FLAG,
    "--help",
  ];
  const remedy = didYouMean(flag, known, SEE_HELP);
  layer.problems.push({ key: flag, cause: "is not a flag", remedy, usage: true });
}

function unexpected(layer: Gathering, word: string): void {
  layer.problems.push({
    key: "argument",
    value: word,
    cause: "is not expected",
    remedy: SEE_HELP,
    usage: true,
  });
}
