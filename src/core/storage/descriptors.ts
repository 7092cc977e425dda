import { isKsuid } from "./ksuid.ts";
import { leafSizeFault } from "./leaves.ts";

/** Who made a thing; datamon wants both, and the email to look like one. */
export interface Contributor {
  readonly name: string;
  readonly email: string;
}

/** The five buckets a context names. */
export interface ContextDescriptor {
  readonly name: string;
  readonly wal: string;
  readonly readlog: string;
  readonly blob: string;
  readonly metadata: string;
  readonly vmetadata: string;
}

export interface RepoDescriptor {
  readonly name: string;
  readonly description: string;
  readonly timestamp: string;
  readonly contributor: Contributor;
}

export interface BundleDescriptor {
  readonly id: string;
  readonly leafSize: number;
  readonly message: string;
  /** RFC 3339, UTC. */
  readonly timestamp: string;
  readonly contributors: readonly Contributor[];
  /** Number of file lists. */
  readonly count: number;
  readonly version: number;
}

export interface LabelDescriptor {
  readonly name: string;
  /** The bundle it points at. */
  readonly id: string;
  readonly timestamp: string;
  readonly contributors: readonly Contributor[];
}

/** A YAML document whose scalars were all left as text. */
export type Fields = Readonly<Record<string, unknown>>;

/** Bundles of this version and later cut every leaf but the last at exactly `leafSize`. */
const EXACT_LEAVES_SINCE = 1;
const MOST_LISTS = 1_000_000;

export function hasExactLeaves(bundle: BundleDescriptor): boolean {
  return bundle.version >= EXACT_LEAVES_SINCE;
}

/** Each of these gives the value, or a text saying what is wrong with it. */
export function contextOf(fields: Fields): ContextDescriptor | string {
  const buckets = ["name", "wal", "readlog", "blob", "metadata", "vmetadata"] as const;
  const missing = buckets.filter((key) => text(fields, key) === "");
  if (missing.length > 0) return `${missing.join(", ")} missing`;
  const [name, wal, readlog, blob, metadata, vmetadata] = buckets.map((key) => text(fields, key));
  return { name, wal, readlog, blob, metadata, vmetadata } as ContextDescriptor;
}

export function repoOf(fields: Fields): RepoDescriptor | string {
  const name = text(fields, "name");
  if (name === "") return "name missing";
  return {
    name,
    description: text(fields, "description"),
    timestamp: text(fields, "timestamp"),
    contributor: contributorOf(fields["contributor"]),
  };
}

export function bundleOf(fields: Fields, id: string): BundleDescriptor | string {
  if (text(fields, "id") !== id) return `id is ${JSON.stringify(text(fields, "id"))} instead of ${id}`;
  const leafSize = wholeNumber(fields, "leafSize");
  const fault = leafSizeFault(leafSize);
  if (fault !== undefined) return `leafSize ${JSON.stringify(text(fields, "leafSize"))} ${fault}`;
  const count = wholeNumber(fields, "count");
  if (!(count <= MOST_LISTS))
    return `count ${JSON.stringify(text(fields, "count"))} is no number of file lists`;
  const scheme = text(fields, "deduplication");
  if (scheme !== "" && scheme !== "blake") return `deduplication ${JSON.stringify(scheme)} is not known`;
  const version = fields["version"] === undefined ? 0 : wholeNumber(fields, "version");
  if (Number.isNaN(version)) return `version ${JSON.stringify(text(fields, "version"))} is no number`;
  return {
    id,
    leafSize,
    message: text(fields, "message"),
    timestamp: text(fields, "timestamp"),
    contributors: contributorsOf(fields["contributors"]),
    count,
    version,
  };
}

export function labelOf(fields: Fields, name: string): LabelDescriptor | string {
  const id = text(fields, "id");
  if (!isKsuid(id)) return `id ${JSON.stringify(id)} is no bundle id`;
  return {
    name,
    id,
    timestamp: text(fields, "timestamp"),
    contributors: contributorsOf(fields["contributors"]),
  };
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === "string" ? value : "";
}

/** NaN when it is none. */
function wholeNumber(fields: Fields, key: string): number {
  const value = text(fields, key);
  return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}

function contributorsOf(value: unknown): Contributor[] {
  return Array.isArray(value) ? value.map(contributorOf) : [];
}

function contributorOf(value: unknown): Contributor {
  const fields: Fields = typeof value === "object" && value !== null ? (value as Fields) : {};
  return { name: text(fields, "name"), email: text(fields, "email") };
}
