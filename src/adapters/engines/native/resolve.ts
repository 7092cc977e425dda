import { KnownError } from "../../../core/errors.ts";
import type { BundleDescriptor } from "../../../core/storage/descriptors.ts";
import type { BundleRef } from "../../../ports.ts";
import type { Catalogue } from "./catalogue.ts";

const NAMES_SHOWN = 10;

/** The complete bundle that is meant. Errors: `configuration` naming what is there instead. */
export async function resolveBundle(
  catalogue: Catalogue,
  repo: string,
  ref: BundleRef,
): Promise<BundleDescriptor> {
  await requireRepo(catalogue, repo);
  switch (ref.type) {
    case "latest":
      return latest(catalogue, repo);
    case "label": {
      const label = await catalogue.label(repo, ref.label);
      if (label === undefined) throw await noLabel(catalogue, repo, ref.label);
      return byId(catalogue, repo, label.id, `label ${JSON.stringify(ref.label)} points at`);
    }
    case "id":
      return byId(catalogue, repo, ref.id, "asked for is");
  }
}

/** Errors: `configuration` with the command that makes the repository. */
export async function requireRepo(catalogue: Catalogue, repo: string): Promise<void> {
  if ((await catalogue.repo(repo)) !== undefined) return;
  const names = await catalogue.repoNames();
  throw new KnownError(
    "configuration",
    `cannot find the repository ${JSON.stringify(repo)}: ${shown("repositories", names)}`,
    {
      remedy: `make it with \`datamon-sidecar repo create --repo ${repo} --description TEXT\``,
    },
  );
}

export async function noLabel(catalogue: Catalogue, repo: string, label: string): Promise<KnownError> {
  const there = shown("labels", await catalogue.labelNames(repo));
  return new KnownError(
    "configuration",
    `cannot find the label ${JSON.stringify(label)} in repository ${JSON.stringify(repo)}: ${there}`,
  );
}

async function byId(
  catalogue: Catalogue,
  repo: string,
  id: string,
  origin: string,
): Promise<BundleDescriptor> {
  const bundle = await catalogue.bundle(repo, id);
  if (bundle !== undefined) return bundle;
  throw new KnownError(
    "configuration",
    `cannot find a bundle in repository ${JSON.stringify(repo)}: ${origin} ${JSON.stringify(id)}, which is not there or was never finished`,
    { remedy: `\`datamon-sidecar bundle list --repo ${repo}\` shows the ones there are` },
  );
}

/** datamon takes the last key, finished or not; we take the last one that is complete. */
async function latest(catalogue: Catalogue, repo: string): Promise<BundleDescriptor> {
  for (const id of (await catalogue.bundleIds(repo)).toReversed()) {
    const bundle = await catalogue.bundle(repo, id);
    if (bundle !== undefined) return bundle;
  }
  throw new KnownError(
    "configuration",
    `cannot find the latest bundle of repository ${JSON.stringify(repo)}: it has no complete bundle`,
    { remedy: "upload one first, or leave the source out" },
  );
}

function shown(what: string, names: readonly string[]): string {
  if (names.length === 0) return `there are no ${what}`;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return `the ${what} there are: ${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
}
