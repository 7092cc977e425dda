/** Which command a call means: the name it was called by decides first, then the first word. */

export type Invocation =
  /** A legacy script's name: speaks that script's dialect. */
  | { readonly type: "legacy"; readonly script: LegacyScript; readonly argv: readonly string[] }
  /** Our own name: the command path is looked up in the tree of commands. */
  | { readonly type: "command"; readonly argv: readonly string[] };

const LEGACY_SCRIPTS = [
  "wrap_application.sh",
  "wrap_datamon.sh",
  "wrap_datamon_pg.sh",
  "sidecar_param",
] as const;
export type LegacyScript = (typeof LEGACY_SCRIPTS)[number];

/** `argv0` as the caller gave it, with or without folders; `argv` is what follows it. */
export function dispatch(argv0: string, argv: readonly string[]): Invocation {
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const script = LEGACY_SCRIPTS.find((legacy) => legacy === name);
  return script === undefined ? { type: "command", argv: usual(argv) } : { type: "legacy", script, argv };
}

/** What people try first: `--version`, `help`, `help COMMAND`. */
function usual(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === "--version") return ["version", ...rest];
  return first === "help" ? [...rest, "--help"] : argv;
}
