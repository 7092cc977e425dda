import { distance } from "fastest-levenshtein";

/** More than a third of the letters wrong is another word, not a slip. */
const WORST_SHARE = 1 / 3;

/** The known name that an unknown one was probably meant to be. */
export function suggestion(unknown: string, known: readonly string[]): string | undefined {
  const given = unknown.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(unknown.length * WORST_SHARE)) + 1;
  for (const name of known) {
    const found = distance(given, name.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [name, found];
  }
  return best;
}

/** `did you mean --coord-point?`, or the given way out when nothing is near. */
export function didYouMean(unknown: string, known: readonly string[], otherwise: string): string {
  const near = suggestion(unknown, known);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}
