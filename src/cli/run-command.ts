import { type ArgsDef, type CommandDef, parseArgs } from "citty";
import { didYouMean } from "../config/suggestion.ts";
import { KnownError } from "../core/errors.ts";
import { print } from "./print.ts";
import { type Entry, usage } from "./usage.ts";

// citty's own type of a command whose arguments are not known here.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyCommand = CommandDef<any>;

/**
 * Runs the command that the words of `argv` lead to, and returns its exit code. Stricter than citty alone:
 * unknown commands and flags are refused with a suggestion, and nothing after `--` is taken for ours.
 * A command without `args` reads its own arguments, help included.
 */
export async function runCommand(root: AnyCommand, argv: readonly string[]): Promise<number> {
  const { command, path, rest } = await descend(root, argv);
  const args = (await resolve(command.args)) as ArgsDef | undefined;
  if (args === undefined && command.run !== undefined) return await execute(command, rest, {});
  const names = Object.keys((await resolve(command.subCommands)) ?? {});
  const [word] = rest;
  if (command.run === undefined && word !== undefined && !word.startsWith("-")) {
    throw unknown("command", word, names, path);
  }
  if (asksForHelp(rest)) {
    print(usage(path, await description(command), args ?? {}, await entries(command)));
    return 0;
  }
  if (command.run === undefined) {
    if (word !== undefined) throw unknown("flag", word, ["--help"], path);
    throw new KnownError("usage", `cannot tell what to do: "${path}" needs a command`, {
      remedy: `choose one of ${names.join(", ")}, or try "${path} --help"`,
    });
  }
  checkFlags(args ?? {}, rest, path);
  return await execute(command, rest, args ?? {});
}

interface Found {
  readonly command: AnyCommand;
  readonly path: string;
  readonly rest: readonly string[];
}

async function descend(root: AnyCommand, argv: readonly string[]): Promise<Found> {
  let command = root;
  let path = (await resolve(root.meta))?.name ?? "";
  let rest = argv;
  for (;;) {
    const subCommands: Record<string, unknown> = (await resolve(command.subCommands)) ?? {};
    const [word] = rest;
    if (word === undefined || !Object.hasOwn(subCommands, word)) return { command, path, rest };
    command = (await resolve(subCommands[word])) as AnyCommand;
    path = `${path} ${word}`;
    rest = rest.slice(1);
  }
}

async function execute(command: AnyCommand, rest: readonly string[], args: ArgsDef): Promise<number> {
  const rawArgs = [...rest];
  const parsed = parseArguments(rawArgs, args);
  const result: unknown = await command.run?.({ rawArgs, args: parsed, cmd: command });
  return typeof result === "number" ? result : 0;
}

function parseArguments(rawArgs: string[], args: ArgsDef): ReturnType<typeof parseArgs> {
  try {
    return parseArgs(rawArgs, args);
  } catch (error) {
    throw new KnownError("usage", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function asksForHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf("--");
  const ours = end === -1 ? rest : rest.slice(0, end);
  return ours.includes("--help") || ours.includes("-h");
}

async function description(command: AnyCommand): Promise<string> {
  return (await resolve(command.meta))?.description ?? "";
}

/** The commands below a command. */
async function entries(command: AnyCommand): Promise<readonly Entry[]> {
  const below: Record<string, unknown> = (await resolve(command.subCommands)) ?? {};
  return await Promise.all(
    Object.entries(below).map(async ([name, each]) => ({
      name,
      description: await description((await resolve(each)) as AnyCommand),
    })),
  );
}

function checkFlags(args: ArgsDef, rest: readonly string[], path: string): void {
  const known = new Map<string, boolean>();
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === "positional") continue;
    const takesValue = definition.type !== "boolean";
    const aliases = "alias" in definition ? [definition.alias ?? []].flat() : [];
    for (const each of [name, kebab(name), ...aliases]) {
      known.set(each.length === 1 ? `-${each}` : `--${each}`, takesValue);
      if (!takesValue && each.length > 1) known.set(`--no-${each}`, false);
    }
  }
  const maximum = Object.values(args).filter(({ type }) => type === "positional").length;
  let positionals = 0;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    if (word === "--") return;
    if (!word.startsWith("-") || word === "-") {
      positionals++;
      if (positionals <= maximum) continue;
      throw new KnownError("usage", `cannot understand "${word}": "${path}" takes no such argument`, {
        remedy: `try "${path} --help"`,
      });
    }
    const [flag = word] = word.split("=");
    const takesValue = known.get(flag);
    if (takesValue === undefined) throw unknown("flag", flag, [...known.keys()], path);
    if (takesValue && !word.includes("=")) i++;
  }
}

function unknown(what: "command" | "flag", word: string, names: readonly string[], path: string): KnownError {
  return new KnownError("usage", `cannot understand "${word}": "${path}" has no such ${what}`, {
    remedy: didYouMean(word, names, `try "${path} --help"`),
  });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function resolve<T>(
  value: T | Promise<T> | (() => T | Promise<T>) | undefined,
): Promise<T | undefined> {
  return typeof value === "function" ? await (value as () => T | Promise<T>)() : await value;
}
