import type { Contributor, LabelDescriptor } from "../../../core/storage/descriptors.ts";
import { goTimestamp } from "../../../core/storage/timestamp.ts";
import type { Catalogue } from "./catalogue.ts";
import { unreadable } from "./documents.ts";
import { resolveBundle } from "./resolve.ts";

/** Points a label at a complete bundle, and reads it back. Errors: `configuration`, `transfer`. */
export async function setLabel(
  catalogue: Catalogue,
  repo: string,
  name: string,
  id: string,
  by: { readonly contributor: Contributor; readonly now: () => number },
): Promise<LabelDescriptor> {
  await resolveBundle(catalogue, repo, { type: "id", id });
  const label = { name, id, timestamp: goTimestamp(by.now()), contributors: [by.contributor] };
  await catalogue.putLabel(repo, label);
  if ((await catalogue.label(repo, name))?.id === id) return label;
  throw unreadable(
    `label ${JSON.stringify(name)} of repository ${repo}`,
    "it does not read back as it was written",
  );
}
