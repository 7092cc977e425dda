import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, YAMLError } from "yaml";
import type { FileEntry, FileNode, SettingsFile } from "./file.ts";
import type { Problem } from "./problems.ts";

/** Kubernetes keeps no larger ConfigMap. */
const MOST_CHARACTERS = 1024 * 1024;
const DEEPEST = 16;
/** Aliases multiply nodes; no settings file comes near this. */
const MOST_NODES = 20_000;

/** Of a file that is no YAML at all every character can be an error; the first ones say so. */
const MOST_PROBLEMS = 20;

const EMPTY: FileNode = { type: "empty", line: 1 };

/** Reads a settings file into text and positions. Never throws: what is wrong is in `problems`. */
export function readYaml(name: string, text: string): SettingsFile {
  const refuse = (line: number | undefined, cause: string, remedy: string): SettingsFile => ({
    name,
    root: EMPTY,
    problems: [
      { key: "settings file", source: line === undefined ? name : `${name}:${line}`, cause, remedy },
    ],
  });
  if (text.length > MOST_CHARACTERS) {
    return refuse(undefined, "is larger than 1 MiB", "check that it is the right file");
  }
  try {
    const lines = new LineCounter();
    // The parser would look for keys that are given twice in the square of their number: the reader does it.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const errors = [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS);
    if (errors.length > 0) {
      return { name, root: EMPTY, problems: errors.map((error) => problemOf(name, lines, error)) };
    }
    return { name, root: new Reader(document, lines).node(document.contents, 0, 1), problems: [] };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.line, error.message, error.remedy);
    if (error instanceof RangeError) return refuse(undefined, "is nested too deeply", "flatten it");
    const cause = error instanceof Error ? error.message : String(error);
    return refuse(undefined, `is not YAML: ${firstLine(cause)}`, "correct it");
  }
}

class Refusal extends Error {
  readonly line: number;
  readonly remedy: string;

  constructor(line: number, cause: string, remedy: string) {
    super(cause);
    this.line = line;
    this.remedy = remedy;
  }
}

/** Walks the nodes of one document, counting them. */
class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  #nodes = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  node(node: Node | null | undefined, depth: number, parentLine: number): FileNode {
    if (node === null || node === undefined) return { type: "empty", line: parentLine };
    const line = node.range ? this.#lines.linePos(node.range[0]).line : parentLine;
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES) throw new Refusal(line, "holds too many values", "use fewer aliases");
    if (depth > DEEPEST) throw new Refusal(line, "is nested too deeply", "flatten it");
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw new Refusal(line, `has no anchor &${node.source}`, "write the value");
      return this.node(target, depth + 1, line);
    }
    if (isScalar(node)) return scalar(node.value, node.source, line);
    if (isSeq(node)) {
      return {
        type: "list",
        line,
        items: node.items.map((item) => this.node(item as Node, depth + 1, line)),
      };
    }
    if (!isMap(node)) throw new Refusal(line, "holds what is no value, list or mapping", "correct it");
    const keys = new Set<string>();
    const entries = node.items.map((pair): FileEntry => {
      const entry = this.#entry(pair.key as Node, pair.value as Node | null, depth, line);
      if (keys.has(entry.key)) throw new Refusal(entry.line, "gives a key twice", "keep one of the two");
      keys.add(entry.key);
      return entry;
    });
    return { type: "map", line, entries };
  }

  #entry(keyNode: Node, valueNode: Node | null, depth: number, parentLine: number): FileEntry {
    const key = this.node(keyNode, depth + 1, parentLine);
    if (key.type !== "text") throw new Refusal(key.line, "has a key that is no text", "write key: value");
    return { key: key.text, line: key.line, value: this.node(valueNode, depth + 1, key.line) };
  }
}

/** The text as written: a label `1.10` or `007` stays what it is. */
function scalar(value: unknown, source: string | undefined, line: number): FileNode {
  if (value === null) return { type: "empty", line };
  return { type: "text", line, text: typeof value === "string" ? value : (source ?? JSON.stringify(value)) };
}

const REMEDIES: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  TAB_AS_INDENT: ["is indented with a tab", "indent with spaces"],
  MULTIPLE_DOCS: ["holds more than one document", "keep one"],
};

function problemOf(name: string, lines: LineCounter, error: YAMLError): Problem {
  const known = REMEDIES[error.code];
  return {
    key: "settings file",
    source: `${name}:${lines.linePos(error.pos[0]).line}`,
    cause: known?.[0] ?? `is not YAML: ${firstLine(error.message)}`,
    remedy: known?.[1] ?? "correct the line or the one above it",
  };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
