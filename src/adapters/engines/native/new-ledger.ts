import { NameLedger } from "../../../core/storage/name-ledger.ts";

/** A ledger that nobody can foresee. */
export function newLedger(): NameLedger {
  const [first = 0, second = 0] = crypto.getRandomValues(new Uint32Array(2));
  return new NameLedger([first, second]);
}
