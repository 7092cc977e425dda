import * as v from "valibot";
import { parseBoolean, parseDuration, parseWholeNumber, unsafeNameReason } from "./values.ts";

/** A kind of value: how it is called in the docs and how a text becomes one. */
export interface Kind<Value> {
  readonly name: string;
  readonly schema: v.GenericSchema<unknown, Value>;
  /** `list` takes several texts, `switch` may stand as a flag without a value. */
  readonly form: "single" | "list" | "switch";
}

const word = v.pipe(
  v.string("is not a text; write a single value"),
  v.check((value) => !value.includes("\0"), "holds a NUL character; remove it"),
);
const line = v.pipe(word, v.nonEmpty("is empty; give it a value or leave it out"));

export function text(name = "text"): Kind<string> {
  return { name, schema: line, form: "single" };
}

export function choice<const Options extends readonly [string, ...string[]]>(
  options: Options,
): Kind<Options[number]> {
  const schema = v.picklist(options, `is not one of its values; write one of ${options.join(", ")}`);
  return { name: options.map((option) => `\`${option}\``).join(", "), schema, form: "single" };
}

/** Milliseconds; at least `least`. */
export function duration(least = 0): Kind<number> {
  return { name: "duration", schema: converted((given) => parseDuration(given, least)), form: "single" };
}

export function wholeNumber(least: number, most: number): Kind<number> {
  const schema = converted((given) => parseWholeNumber(given, least, most));
  return { name: `${least}–${most}`, schema, form: "single" };
}

export function yesNo(): Kind<boolean> {
  const schema = v.pipe(
    v.union(
      [v.boolean(), v.picklist(["true", "false", "yes", "no", "on", "off", "1", "0"])],
      "is neither true nor false; write true or false",
    ),
    v.transform((given) => parseBoolean(given)),
  );
  return { name: "`true`, `false`", schema, form: "switch" };
}

export function list(name = "list"): Kind<string[]> {
  return { name, schema: v.array(line), form: "list" };
}

/** The words of a command: each may be empty. */
export function commandLine(): Kind<string[]> {
  return { name: "command", schema: v.array(word), form: "list" };
}

/** A list of texts that all pass one check, which gives the reason of a refusal. */
export function listOf(name: string, reason: (item: string) => string | undefined): Kind<string[]> {
  return { name, schema: v.array(v.pipe(line, checked(reason))), form: "list" };
}

/** A text that passes a check, which gives the reason of a refusal. */
export function textThat(name: string, reason: (given: string) => string | undefined): Kind<string> {
  return { name, schema: v.pipe(line, checked(reason)), form: "single" };
}

/** A name that is safe as one component of a path. */
export function safeName(): Kind<string> {
  return textThat("name", unsafeNameReason);
}

function checked(reason: (given: string) => string | undefined) {
  return v.rawCheck<string>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const message = reason(dataset.value);
    if (message !== undefined) addIssue({ message });
  });
}

function converted(parse: (given: string) => number | string) {
  return v.pipe(
    v.union([v.string(), v.number()], "is neither a text nor a number; write a single value"),
    v.rawTransform<string | number, number>(({ dataset, addIssue, NEVER }) => {
      const result = parse(String(dataset.value));
      if (typeof result === "number") return result;
      addIssue({ message: result });
      return NEVER;
    }),
  );
}
