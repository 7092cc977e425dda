import type { ArgDef, ArgsDef } from "citty";
import { paragraph } from "../core/paragraph.ts";

/** A command as its parent lists it. */
export interface Entry {
  readonly name: string;
  readonly description: string;
}

/** In a description, what follows is a command line to try. */
const EXAMPLE = " Example: ";

/** The text of `--help` for a command that is no role: purpose, example, commands, arguments. */
export function usage(path: string, description: string, args: ArgsDef, commands: readonly Entry[]): string {
  const [purpose = "", example] = description.split(EXAMPLE);
  const definitions = Object.entries(args);
  const positionals = definitions.filter(([, { type }]) => type === "positional");
  const flags = definitions.filter(([, { type }]) => type !== "positional");
  const words = [
    path,
    ...(commands.length > 0 ? ["COMMAND"] : []),
    ...(flags.length > 0 ? ["[FLAGS]"] : []),
    ...positionals.map(([name, definition]) => positional(name, definition)),
  ];
  return [
    ...paragraph(sentence(purpose), 0),
    "",
    `Usage: ${words.join(" ")}`,
    ...(example === undefined ? [] : ["", "Example:", `  ${example}`]),
    ...(commands.length > 0 ? ["", "Commands:", ...commandLines(commands)] : []),
    "",
    ...positionals.flatMap(([name, definition]) => lines(name.toUpperCase(), definition)),
    ...flags.flatMap(([name, definition]) => lines(flag(name, definition), definition)),
    "  -h, --help",
    ...paragraph("Prints this.", INDENT),
    ...(commands.length > 0 ? ["", `More: ${path} COMMAND --help`] : []),
  ].join("\n");
}

const INDENT = 6;

function commandLines(commands: readonly Entry[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 4;
  return commands.flatMap(({ name, description }) => {
    const [purpose = ""] = description.split(EXAMPLE);
    const [first = "", ...rest] = paragraph(withoutStop(purpose), width);
    return [`  ${name}`.padEnd(width) + first.trimStart(), ...rest];
  });
}

function lines(heading: string, definition: ArgDef): string[] {
  const { description = "", required } = definition;
  const fallback = "default" in definition ? definition.default : undefined;
  const remark =
    required === true ? " (required)" : fallback === undefined ? "" : ` (default ${String(fallback)})`;
  return [`  ${heading}${remark}`, ...paragraph(sentence(description), INDENT)];
}

function flag(name: string, definition: ArgDef): string {
  const aliases = "alias" in definition ? [definition.alias ?? []].flat() : [];
  const names = [...aliases.map((alias) => `-${alias}`), `--${name}`].join(", ");
  if (definition.type === "boolean") return names;
  return `${names} ${(definition.valueHint ?? "value").toUpperCase()}`;
}

function positional(name: string, { required }: ArgDef): string {
  return required === false ? `[${name.toUpperCase()}]` : name.toUpperCase();
}

function sentence(text: string): string {
  return `${withoutStop(text)}.`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
