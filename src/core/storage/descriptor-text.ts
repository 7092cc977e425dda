import type {
  BundleDescriptor,
  ContextDescriptor,
  Contributor,
  LabelDescriptor,
  RepoDescriptor,
} from "./descriptors.ts";
import { yamlScalar } from "./yaml-scalar.ts";

/** Descriptors as datamon writes them: its fields, in its order. Timestamps stand as they are: YAML's own kind. */
export function contextText(context: ContextDescriptor): string {
  const { name, wal, readlog, blob, metadata, vmetadata } = context;
  const buckets = Object.entries({ name, wal, readlog, blob, metadata, vmetadata });
  return lines([...buckets.map(([key, value]) => `${key}: ${yamlScalar(value)}`), "version: 0"]);
}

export function repoText(repo: RepoDescriptor): string {
  return lines([
    `name: ${yamlScalar(repo.name)}`,
    `description: ${yamlScalar(repo.description)}`,
    `timestamp: ${repo.timestamp}`,
    "contributor:",
    `  name: ${yamlScalar(repo.contributor.name)}`,
    `  email: ${yamlScalar(repo.contributor.email)}`,
  ]);
}

export function bundleText(bundle: BundleDescriptor): string {
  return lines([
    `leafSize: ${bundle.leafSize}`,
    `id: ${yamlScalar(bundle.id)}`,
    `message: ${yamlScalar(bundle.message)}`,
    `timestamp: ${bundle.timestamp}`,
    ...contributorLines(bundle.contributors),
    `count: ${bundle.count}`,
    `version: ${bundle.version}`,
    "deduplication: blake",
  ]);
}

export function labelText(label: LabelDescriptor): string {
  return lines([
    `name: ${yamlScalar(label.name)}`,
    `id: ${yamlScalar(label.id)}`,
    `timestamp: ${label.timestamp}`,
    ...contributorLines(label.contributors),
  ]);
}

function contributorLines(contributors: readonly Contributor[]): string[] {
  if (contributors.length === 0) return ["contributors: []"];
  return [
    "contributors:",
    ...contributors.flatMap(({ name, email }) => [
      `- name: ${yamlScalar(name)}`,
      `  email: ${yamlScalar(email)}`,
    ]),
  ];
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
