import type { Problem } from "../problems.ts";

/** A value of `globalOpts` or `database`, wherever it was written. */
export interface PostgresValue {
  readonly section: "globalOpts" | "database";
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** What one source of settings says in the dialect of `wrap_datamon_pg.sh`. */
export interface PostgresValues {
  readonly values: readonly PostgresValue[];
  readonly problems: readonly Problem[];
}
