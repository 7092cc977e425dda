/** Writes the pages that are derived from the code; with `--check` only says which have drifted, and exits 1. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsJsonSchema } from "../src/config/describe/json-schema.ts";
import { settingsMarkdown } from "../src/config/describe/markdown.ts";
import { manifestPages } from "./document/manifests.ts";

const ROOT = join(import.meta.dir, "..");
const DOCS = join(ROOT, "docs");

const pages: Readonly<Record<string, string>> = {
  "settings.md": settingsMarkdown(),
  "settings.schema.json": `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`,
  ...manifestPages(ROOT),
};

function onDisk(name: string): string | undefined {
  try {
    return readFileSync(join(DOCS, name), "utf8");
  } catch {
    return undefined;
  }
}

const drifted = Object.entries(pages).filter(([name, text]) => onDisk(name) !== text);

if (process.argv.includes("--check")) {
  for (const [name] of drifted) console.error(`docs/${name} has drifted from the code: run bun run document`);
  process.exitCode = drifted.length === 0 ? 0 : 1;
} else {
  for (const [name, text] of drifted) writeFileSync(join(DOCS, name), text);
}
