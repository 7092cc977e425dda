import type { Flags } from "../../../core/datamon-argv.ts";
import { KnownError, toKnownError } from "../../../core/errors.ts";
import type { Downloaded, DownloadRequest } from "../../../ports.ts";
import type { DatamonCommand } from "./command.ts";
import { describeBundle } from "./describe.ts";
import { readLabel } from "./labels.ts";
import { bundleIn, type VerifyBundleFolder } from "./verify.ts";

const NAMES_SHOWN = 3;

/**
 * A destination that is not empty: a sidecar that was started again finds its own download, whole; anything else
 * there is not ours to touch. Which bundle is the latest cannot be asked without racing an upload, so for `latest`
 * the one that is there is taken, with a word about it.
 * Errors: `configuration` for foreign files or another bundle, `transfer` for a damaged copy.
 */
export async function alreadyThere(
  setup: { readonly command: DatamonCommand; readonly verify: VerifyBundleFolder },
  request: DownloadRequest & { readonly commandFlags: Flags },
  names: readonly string[],
  signal: AbortSignal,
): Promise<Downloaded> {
  const { destination, repo, ref } = request;
  const bundle = await bundleIn(destination, repo, request.commandFlags);
  if (bundle === undefined) throw foreignFiles(destination, names, "which no download brought there");
  const wanted = await wantedId(setup.command, request, signal);
  if (wanted !== undefined && bundle.id !== wanted) {
    throw foreignFiles(destination, names, `of bundle ${bundle.id}, not of ${describeBundle(repo, ref)}`);
  }
  const { files, bytes } = await setup.verify(bundle, signal).catch((error: unknown) => {
    const cause = toKnownError(error);
    if (cause.kind !== "transfer") throw cause;
    throw new KnownError(
      "transfer",
      `cannot download to "${destination}": it holds a damaged copy: ${cause.message}`,
      {
        cause,
        remedy: "empty the folder; that is not done for you, as its files may have been changed on purpose",
      },
    );
  });
  setup.command.setup.log.info("the bundle is already there, verified", { repo, id: bundle.id, destination });
  return { id: bundle.id, files, bytes };
}

/** Undefined for `latest`. A label that is gone names no bundle at all. */
async function wantedId(
  command: DatamonCommand,
  request: DownloadRequest & { readonly commandFlags: Flags },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repo, ref, commandFlags: flags } = request;
  switch (ref.type) {
    case "id":
      return ref.id;
    case "label":
      return (await readLabel(command, { repo, label: ref.label, flags }, signal)) ?? "no bundle";
    case "latest":
      return undefined;
  }
}

function foreignFiles(destination: string, names: readonly string[], whose: string): KnownError {
  const shown = names.slice(0, NAMES_SHOWN).map((name) => `"${name}"`);
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return new KnownError(
    "configuration",
    `cannot download to "${destination}": it holds ${shown.join(", ")}${more}, ${whose}`,
    { remedy: "name an empty folder, or empty this one" },
  );
}
