/** What the commands on a store have in common. */
import { systemClock } from "../../adapters/clock.ts";
import { createLog, isTerminal } from "../../adapters/log.ts";
import { createProgress } from "../../adapters/progress.ts";
import { onSignals } from "../../adapters/signals.ts";
import type { NativeEngineOptions } from "../../adapters/engines/native/options.ts";
import { KnownError } from "../../core/errors.ts";
import { fieldTemplate } from "../../core/field-template.ts";
import { oneOf } from "../../core/json.ts";
import { harmless } from "../../core/log.ts";
import { STOP_SIGNALS_ALONE } from "../../core/signals.ts";
import type { BundleRef, Report } from "../../ports.ts";

const text = (valueHint: string, description: string) =>
  ({ type: "string", valueHint, description }) as const;

/** Where bundles are. */
export const storeArgs = {
  store: text("URL", "Address of the store: file:///PATH (default: $SIDECAR_STORE)"),
  config: text("bucket", "Bucket that holds the contexts (default: $SIDECAR_CONFIG_BUCKET, else config)"),
  context: text("name", "Context that names the other buckets (default: $SIDECAR_CONTEXT, else dev)"),
  json: { type: "boolean", description: "Print JSON" },
} as const;

/** Who makes something. */
export const contributorArgs = {
  "contributor-name": text("name", "Who makes it (default: $SIDECAR_CONTRIBUTOR_NAME)"),
  "contributor-email": text("address", "Mail address of who makes it (default: $SIDECAR_CONTRIBUTOR_EMAIL)"),
} as const;

export const repoArg = { ...text("name", "Repository"), required: true } as const;

/** How a thing is printed: datamon's own row, or what `--format` makes of the same columns. */
export const formatArg = {
  format: text("template", "Print this, with plain fields filled in as datamon does: {{.ID}}"),
} as const;

/** Which bundle is meant. */
export const refArgs = {
  bundle: text("id", "The bundle with this id"),
  label: text("name", "The bundle this label points at (with neither: the newest complete one)"),
} as const;

export const concurrencyArg = {
  "concurrency-factor": text(
    "number",
    "Threads that hash and copy (default: the cores given to the container)",
  ),
} as const;

/**
 * Flags that tell datamon how to work. Scripts written for it give them; what they ask for is done anyway here, or
 * has no meaning for a store in a folder.
 */
export const datamonArgs = {
  "verify-hash": {
    type: "boolean",
    default: true,
    description: "As datamon's; every hash is always proved",
    negativeDescription: "Refused: every hash is always proved",
  },
  "skip-auth": {
    type: "boolean",
    description: "As datamon's, without effect: a folder asks for no credentials",
  },
  loglevel: text("level", "As datamon's, without effect: errors are always told"),
  metrics: { type: "boolean", description: "As datamon's, without effect: none are sent" },
  "metrics-url": text("URL", "As datamon's, without effect: no metrics are sent"),
} as const;

type Args = Readonly<Record<string, unknown>>;

/** Errors: `usage` for flags with which datamon does less than prove what it moves, or overwrites files. */
export function refuseUnsafe(args: Args): void {
  if (args["verify-hash"] === false) {
    throw new KnownError("usage", "cannot do without --verify-hash: what is moved is always proved", {
      remedy: "leave --no-verify-hash or --verify-hash=false out",
    });
  }
  if (args["force-dest"] === true) {
    throw new KnownError("usage", "cannot use --force-dest: files that are there are never overwritten", {
      remedy:
        "leave it out: a download that was broken off goes on where it stopped, anything else needs an empty folder",
    });
  }
}

/** Flags before the environment. Errors: `usage` when no store is given or a number is none. */
export function engineOptions(
  args: Args,
): NativeEngineOptions & { contributor?: { name: string; email: string } } {
  const store = given(args, "store", "SIDECAR_STORE");
  if (store === undefined) {
    throw new KnownError("usage", "cannot find the store: no address was given", {
      remedy: "add --store file:///PATH, or set SIDECAR_STORE",
    });
  }
  const config = given(args, "config", "SIDECAR_CONFIG_BUCKET");
  const context = given(args, "context", "SIDECAR_CONTEXT");
  const name = given(args, "contributor-name", "SIDECAR_CONTRIBUTOR_NAME");
  const email = given(args, "contributor-email", "SIDECAR_CONTRIBUTOR_EMAIL");
  const concurrency = given(args, "concurrency-factor");
  return {
    store,
    ...(config === undefined ? {} : { config }),
    ...(context === undefined ? {} : { context }),
    ...(name === undefined && email === undefined ? {} : { contributor: contributorOf(name, email) }),
    ...(concurrency === undefined ? {} : { concurrency: threads(concurrency) }),
  };
}

/** Errors: `usage` when two are asked for. */
export function refOf(args: Args): BundleRef {
  const [id, label] = [given(args, "bundle"), given(args, "label")];
  if (id !== undefined && label !== undefined) {
    throw new KnownError("usage", "cannot tell which bundle is meant: both --bundle and --label were given", {
      remedy: "leave one of them out",
    });
  }
  if (id !== undefined) return { type: "id", id };
  return label === undefined ? { type: "latest" } : { type: "label", label };
}

/** Does work that SIGTERM and SIGINT stop in good order. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const off = onSignals((signal) => {
    if (STOP_SIGNALS_ALONE.includes(signal)) stop.abort();
  });
  try {
    return await work(stop.signal);
  } finally {
    off();
  }
}

/** Shows a transfer on standard error. */
export function showing(label: string): Report {
  const wanted = oneOf(["auto", "pretty", "json"], process.env["SIDECAR_LOG_FORMAT"]);
  const log = createLog({ format: wanted ?? "auto", level: "info", participant: "bundle" });
  return createProgress(log, { label, terminal: isTerminal(), clock: systemClock });
}

/** Writes rows as datamon prints them, columns parted by ` , `; or as `--format` says. Errors: `usage`. */
export function rowWriter<Name extends string>(
  args: Args,
  names: readonly Name[],
): (columns: Readonly<Record<Name, string>>) => string {
  const template = given(args, "format");
  const fill = template === undefined ? undefined : fieldTemplate(template, names);
  return (columns) => {
    const shown = names.map((name) => [name, harmless(columns[name])] as const);
    if (fill === undefined) return shown.map(([, value]) => value).join(" , ");
    return fill(Object.fromEntries(shown) as Record<Name, string>);
  };
}

function given(args: Args, flag: string, variable?: string): string | undefined {
  const value = args[flag] ?? (variable === undefined ? undefined : process.env[variable]);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function contributorOf(name: string | undefined, email: string | undefined): { name: string; email: string } {
  if (name !== undefined && email !== undefined) return { name, email };
  throw new KnownError(
    "usage",
    `cannot tell who makes it: the ${name === undefined ? "name" : "mail address"} is missing`,
    {
      remedy: "give both --contributor-name and --contributor-email, or neither",
    },
  );
}

function threads(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new KnownError(
    "usage",
    `cannot use --concurrency-factor ${JSON.stringify(value)}: it is no number from 1 to 9999`,
  );
}
