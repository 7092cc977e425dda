import { oneLine } from "../../core/errors.ts";
import { readShellOptions } from "../../core/getopts.ts";
import { splitWords } from "../../core/words.ts";
import { gathering } from "../layers/layer.ts";
import type { Gathering, Layer } from "../layers/layer.ts";
import { unusedOfOld } from "./bundle.ts";
import { bundleCommandLayer, configCommandGivens } from "./datamon-command.ts";
import { optionMistakes } from "./option-mistakes.ts";

const OPTIONS = "sc:d:i:a:b:";
const USAGE =
  "wrap_datamon.sh -c DIR [-s] [-i BUNDLE_ID_FILE] -d 'config create' -d 'bundle mount …' -d 'bundle upload …'";
const SUPPORTED = "give config, bundle mount or bundle upload";

export interface FilesOptions {
  readonly layer: Layer;
  readonly configCommands: readonly (readonly string[])[];
}

/** The arguments of `wrap_datamon.sh` in our keys. */
export function readFilesOptions(argv: readonly string[]): FilesOptions {
  const layer = gathering();
  const { options, operands, mistakes } = readShellOptions(OPTIONS, argv);
  layer.problems.push(...optionMistakes(mistakes, USAGE));
  for (const value of operands) {
    layer.problems.push({ key: "argument", value, cause: "is not expected", remedy: USAGE, usage: true });
  }
  const commands: string[] = [];
  let idFile = "";
  for (const { letter, argument = "" } of options) {
    if (letter === "s") layer.givens.push({ key: "sleepInsteadOfExit", value: "true", source: "-s" });
    if (letter === "c" && argument !== "")
      layer.givens.push({ key: "coordPoint", value: argument, source: "-c" });
    if (letter === "d") commands.push(argument);
    if (letter === "i") idFile = argument;
    if (letter === "a") unusedOfOld(layer, { key: "contextName", value: argument, source: "-a" });
    if (letter === "b") unusedOfOld(layer, { key: "configBucketName", value: argument, source: "-b" });
  }
  const configCommands = giveCommands(layer, commands);
  giveIdFile(layer, idFile);
  return { layer, configCommands };
}

function giveCommands(layer: Gathering, commands: readonly string[]): string[][] {
  const configCommands: string[][] = [];
  const counts = { mount: 0, upload: 0 };
  if (commands.length === 0) {
    const problem = { key: "-d", cause: "is not given: no datamon cmds to run", usage: true } as const;
    layer.problems.push({ ...problem, remedy: SUPPORTED });
  }
  for (const [index, text] of commands.entries()) {
    const source = `-d #${index + 1}`;
    const words = wordsOf(layer, source, text);
    const [first, second] = words;
    if (first === "config") {
      configCommands.push(words);
      layer.givens.push(...configCommandGivens(words.slice(2), source));
    } else if (first === "bundle" && (second === "mount" || second === "upload")) {
      const name = `${second}-${counts[second]}`;
      counts[second] += 1;
      const read = bundleCommandLayer({ command: second, words: words.slice(2), name, source });
      layer.givens.push(...read.givens);
      layer.items.push(...read.items);
      layer.problems.push(...read.problems);
      layer.warnings.push(...read.warnings);
    } else if (words.length > 0 || text.trim() === "") {
      const value = words.slice(0, 2).join(" ");
      layer.problems.push({
        key: "datamon command",
        value,
        source,
        cause: "is not supported",
        remedy: SUPPORTED,
      });
    }
  }
  if (configCommands.length > 1) {
    const cause = `gives ${configCommands.length} config commands, and at most one is allowed`;
    layer.problems.push({ key: "-d", cause, remedy: "keep one of them" });
  }
  return configCommands;
}

/** No words where they cannot be told apart. */
function wordsOf(layer: Gathering, source: string, text: string): string[] {
  try {
    return splitWords(text);
  } catch (error) {
    layer.problems.push({
      key: "datamon command",
      source,
      cause: "is no list of words",
      remedy: oneLine(error),
    });
    return [];
  }
}

/** `-i` is for the one bundle that is uploaded. */
function giveIdFile(layer: Gathering, idFile: string): void {
  if (idFile === "") return;
  const names = layer.items
    .filter((item) => item.group === "destinations" && item.key === "name")
    .map((item) => item.name);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    const cause = `needs exactly one upload command, and there are ${names.length}`;
    layer.problems.push({ key: "-i", cause, remedy: "give one -d 'bundle upload …', or leave out -i" });
    return;
  }
  layer.items.push({ group: "destinations", name, key: "idFile", value: idFile, source: "-i" });
}
