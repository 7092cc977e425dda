import type { BundleRef } from "../../../ports.ts";

/** Which bundle, in words for messages. */
export function describeBundle(repo: string, ref: BundleRef): string {
  switch (ref.type) {
    case "id":
      return `the bundle ${ref.id} of repository "${repo}"`;
    case "label":
      return `the bundle labelled "${ref.label}" of repository "${repo}"`;
    case "latest":
      return `the latest bundle of repository "${repo}"`;
  }
}
