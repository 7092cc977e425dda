import { KnownError } from "./errors.ts";

const ACTION = /\{\{(.*?)\}\}/s;
const FIELD = /^\s*\.(\w+)\s*$/;

/**
 * A `--format` of datamon, a Go template of which only plain fields are known (`{{.ID}} {{ .Message }}`), as a
 * function that fills it. Errors: `usage` for anything else in braces, naming the fields there are.
 */
export function fieldTemplate<Name extends string>(
  template: string,
  names: readonly Name[],
): (values: Readonly<Record<Name, string>>) => string {
  const parts = template.split(ACTION).map((part, index): { text: string } | { field: Name } => {
    // Every other part is what stood between braces.
    if (index % 2 === 0) {
      if (part.includes("{{")) throw refusal(template, "{{", names);
      return { text: part };
    }
    const field = names.find((name) => name === FIELD.exec(part)?.[1]);
    if (field === undefined) throw refusal(template, `{{${part}}}`, names);
    return { field };
  });
  return (values) => parts.map((part) => ("text" in part ? part.text : values[part.field])).join("");
}

function refusal(template: string, action: string, names: readonly string[]): KnownError {
  const fields = names.map((name) => `{{.${name}}}`).join(", ");
  return new KnownError(
    "usage",
    `cannot use --format ${JSON.stringify(template)}: ${JSON.stringify(action)} is none of its fields`,
    { remedy: `write ${fields}, or take --json` },
  );
}
