import { LEGACY_BUNDLE_KEYS } from "./bundle-keys.ts";

export type ParameterKey =
  | { readonly long: string; readonly short?: string; readonly form: "text" }
  /** `option`: there when true. `yes-no`: always there, as `true` or `false`. */
  | {
      readonly long: string;
      readonly short?: string;
      readonly form: "option" | "yes-no" | "number";
      readonly fallback: string;
    };

export interface ParameterKind {
  readonly globals: readonly ParameterKey[];
  readonly globalsVariable: string;
  /** The list in the YAML, and what its items may hold. */
  readonly list: string;
  readonly items: readonly ParameterKey[];
  readonly itemVariable: string;
}

const NAME = { long: "name", form: "text" } as const;
const SLEEP = { long: "sleepInsteadOfExit", short: "S", form: "option", fallback: "false" } as const;
const COORD_POINT = { long: "coordPoint", short: "c", form: "text" } as const;
const CONTRIBUTOR: readonly ParameterKey[] = [
  { long: "contributor.name", form: "text" },
  { long: "contributor.email", form: "text" },
];

/** The parameters of the two sidecars of old, in the order in which they are written. */
export const PARAMETER_KINDS: Readonly<Record<"fuse" | "postgres", ParameterKind>> = {
  fuse: {
    globals: [
      SLEEP,
      COORD_POINT,
      { long: "configBucketName", short: "b", form: "text" },
      { long: "contextName", short: "a", form: "text" },
      ...CONTRIBUTOR,
    ],
    globalsVariable: "dm_fuse_opts",
    list: "bundles",
    items: [NAME, ...LEGACY_BUNDLE_KEYS.map(({ long, short }) => ({ long, short, form: "text" }) as const)],
    itemVariable: "dm_fuse_bd_",
  },
  postgres: {
    globals: [
      SLEEP,
      COORD_POINT,
      { long: "ignorePGVersionMismatch", short: "V", form: "yes-no", fallback: "false" },
      ...CONTRIBUTOR,
    ],
    globalsVariable: "dm_pg_opts",
    list: "databases",
    items: [
      NAME,
      { long: "pgPort", short: "p", form: "number", fallback: "" },
      { long: "destMessage", short: "m", form: "text" },
      { long: "destLabel", short: "l", form: "text" },
      { long: "destRepo", short: "r", form: "text" },
      { long: "srcLabel", short: "sl", form: "text" },
      { long: "srcRepo", short: "sr", form: "text" },
      { long: "srcBundle", short: "sb", form: "text" },
      { long: "destBundleID", form: "text" },
    ],
    itemVariable: "dm_pg_db_",
  },
};
