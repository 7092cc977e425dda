import { bundleGetArgv, labelGetArgv, labelSetArgv, type Flags } from "../../../core/datamon-argv.ts";
import { labelledIdIn } from "../../../core/datamon-output.ts";
import { KnownError } from "../../../core/errors.ts";
import type { BundleRef } from "../../../ports.ts";
import { commandFailure, type DatamonCommand, succeeded } from "./command.ts";

const ATTEMPTS = 3;

export interface LabelPlace {
  readonly repo: string;
  readonly label: string;
  readonly flags: Flags;
}

/** The bundle a label names; undefined when there is no such label. Errors: `transfer`, `system`, `stopped`. */
export async function readLabel(
  command: DatamonCommand,
  place: LabelPlace,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repo, label, flags } = place;
  const lookup = await command.lookUp("label", labelGetArgv(repo, label, flags), signal);
  if (lookup.missing) return undefined;
  const what = `read the label "${label}" of repository "${repo}"`;
  if (!lookup.found) throw commandFailure(what, lookup.finished);
  for (const line of lookup.lines) {
    const id = labelledIdIn(line, label);
    if (id !== undefined) return id;
  }
  throw new KnownError("transfer", `cannot ${what}: datamon printed no line of it`);
}

/**
 * Sees to it that the label names the bundle: reads it back, and sets it where it does not. An upload is never
 * done again for a label. Errors: `transfer` naming the bundle, so that it can be labelled by hand.
 */
export async function ensureLabel(
  command: DatamonCommand,
  place: LabelPlace,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { repo, label, flags } = place;
  let failure: unknown;
  for (let attempt = 0; attempt <= ATTEMPTS; attempt++) {
    try {
      if ((await readLabel(command, place, signal)) === id) return;
      if (attempt === ATTEMPTS) break;
      const set = await command.run("label", labelSetArgv(repo, label, id, flags), { signal });
      if (!succeeded(set)) failure = commandFailure(`set the label "${label}"`, set);
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  throw new KnownError(
    "transfer",
    `cannot label the bundle ${id} of repository "${repo}" as "${label}": the bundle is uploaded, the label is not set`,
    {
      cause: failure,
      remedy: `set it with: datamon label set --repo ${repo} --label ${label} --bundle ${id}`,
      details: { bundle: id },
    },
  );
}

/**
 * After a failure: the plain reason when the bundle asked for is surely not there, else the failure itself.
 * Errors: `stopped`.
 */
export async function diagnosed(
  failure: KnownError,
  command: DatamonCommand,
  bundle: { readonly repo: string; readonly ref: BundleRef; readonly flags: Flags },
  signal: AbortSignal,
): Promise<KnownError> {
  const { repo, ref, flags } = bundle;
  if (ref.type === "latest") return failure;
  const [what, argv] =
    ref.type === "label"
      ? [`label "${ref.label}"`, labelGetArgv(repo, ref.label, flags)]
      : [`bundle "${ref.id}"`, bundleGetArgv(repo, ref.id, flags)];
  const lookup = await command.lookUp(ref.type === "label" ? "label" : "bundle", argv, signal);
  if (!lookup.missing) return failure;
  return new KnownError("configuration", `cannot find the ${what} in repository "${repo}"`, {
    cause: failure,
    remedy: "check the repository, the label or bundle, and the context",
  });
}
