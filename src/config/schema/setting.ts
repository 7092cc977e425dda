import * as v from "valibot";
import type { Kind } from "./kinds.ts";

/** What every spelling, page and check of a setting is derived from. */
export type Setting<Value = unknown> = v.GenericSchema<unknown, Value>;
export type Settings = Readonly<Record<string, Setting>>;

/** The value types of a table of settings. */
export type ValuesOf<Table extends Settings> = { readonly [Key in keyof Table]: v.InferOutput<Table[Key]> };

export interface About {
  readonly kind: string;
  readonly form: Kind<unknown>["form"];
  readonly presence: "required" | "optional" | "default";
  /** Shown to readers: `/coord`. */
  readonly example?: string;
  /** Shown by nobody. */
  readonly secret?: true;
  readonly description: string;
  /** The default as its reader would write it. */
  readonly fallback?: string | readonly string[];
}

type Extra = Partial<Pick<About, "example" | "secret">>;

export function required<Value>(kind: Kind<Value>, description: string, extra: Extra = {}): Setting<Value> {
  return described(kind.schema, { ...extra, ...common(kind, description), presence: "required" });
}

export function optional<Value>(
  kind: Kind<Value>,
  description: string,
  extra: Extra = {},
): Setting<Value | undefined> {
  return described(v.optional(kind.schema), { ...extra, ...common(kind, description), presence: "optional" });
}

export function withDefault<Value>(
  kind: Kind<Value>,
  fallback: string | readonly string[],
  description: string,
  extra: Extra = {},
): Setting<Value> {
  const about = { ...extra, ...common(kind, description), presence: "default", fallback } as const;
  return described(v.optional(kind.schema, fallback), about);
}

/** What was said of a setting when it was declared. */
export function aboutOf(setting: Setting): About {
  return v.getMetadata(setting) as unknown as About;
}

function common(kind: Kind<unknown>, description: string) {
  return { kind: kind.name, form: kind.form, description };
}

function described<Value>(schema: v.GenericSchema<unknown, Value>, about: About): Setting<Value> {
  return v.pipe(schema, v.description(about.description), v.metadata({ ...about }));
}
