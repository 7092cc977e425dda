import type { BundleRef } from "../ports.ts";

/** Which bundle is meant by what was given; the rules have seen to it that at most one is. */
export function bundleRef(given: {
  readonly label?: string | undefined;
  readonly bundle?: string | undefined;
}): BundleRef {
  if (given.bundle !== undefined) return { type: "id", id: given.bundle };
  if (given.label !== undefined) return { type: "label", label: given.label };
  return { type: "latest" };
}
