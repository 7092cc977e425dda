import { KnownError } from "../../../core/errors.ts";
import { bundleText, contextText, labelText, repoText } from "../../../core/storage/descriptor-text.ts";
import {
  type BundleDescriptor,
  bundleOf,
  type ContextDescriptor,
  contextOf,
  type Fields,
  type LabelDescriptor,
  labelOf,
  type RepoDescriptor,
  repoOf,
} from "../../../core/storage/descriptors.ts";
import * as keys from "../../../core/storage/keys.ts";
import { isKsuid } from "../../../core/storage/ksuid.ts";
import { DESCRIPTOR_LIMIT, descriptorFields, unreadable } from "./documents.ts";
import type { Bucket, ObjectStore } from "./object-store.ts";

/** What a store knows by name: contexts, repositories, bundles and labels. Errors: `transfer`, `configuration`. */
export class Catalogue {
  readonly blobs: Bucket;
  readonly metadata: Bucket;
  readonly #labels: Bucket;

  constructor(store: ObjectStore, context: ContextDescriptor) {
    this.blobs = store.bucket(context.blob);
    this.metadata = store.bucket(context.metadata);
    this.#labels = store.bucket(context.vmetadata);
  }

  async repo(name: string): Promise<RepoDescriptor | undefined> {
    return read(this.metadata, keys.repoKey(segment("repository", name)), repoOf);
  }

  async bundle(repo: string, id: string): Promise<BundleDescriptor | undefined> {
    const key = keys.bundleKey(segment("repository", repo), segment("bundle", id));
    return read(this.metadata, key, (fields) => bundleOf(fields, id));
  }

  async label(repo: string, name: string): Promise<LabelDescriptor | undefined> {
    const key = keys.labelKey(segment("repository", repo), segment("label", name));
    return read(this.#labels, key, (fields) => labelOf(fields, name));
  }

  async repoNames(): Promise<string[]> {
    return (await this.metadata.list(keys.reposPrefix)).toSorted();
  }

  /** Oldest first, unfinished ones included: a bundle exists once its descriptor does. */
  async bundleIds(repo: string): Promise<string[]> {
    const names = await this.metadata.list(keys.bundlesPrefix(segment("repository", repo)));
    return names.filter(isKsuid).toSorted();
  }

  async labelNames(repo: string): Promise<string[]> {
    return (await this.#labels.list(keys.labelsPrefix(segment("repository", repo)))).toSorted();
  }

  /** False when one of that name is there. */
  async createRepo(repo: RepoDescriptor): Promise<boolean> {
    const key = keys.repoKey(segment("repository", repo.name));
    const created = await this.metadata.create(key, encode(repoText(repo)));
    await this.metadata.tidy();
    return created;
  }

  /** Makes a bundle visible. False when one of that id is there. */
  async createBundle(repo: string, bundle: BundleDescriptor): Promise<boolean> {
    return this.metadata.create(keys.bundleKey(repo, bundle.id), encode(bundleText(bundle)));
  }

  async putLabel(repo: string, label: LabelDescriptor): Promise<void> {
    await this.#labels.put(keys.labelKey(repo, segment("label", label.name)), encode(labelText(label)));
    await this.#labels.tidy();
  }

  /** After an upload, whatever came of it. */
  async tidy(): Promise<void> {
    await this.blobs.tidy();
    await this.metadata.tidy();
  }
}

/** Opens the buckets that a context names. Errors: `configuration` when the store has no such context. */
export async function openCatalogue(
  store: ObjectStore,
  config: string,
  context: string,
): Promise<{ catalogue: Catalogue; context: ContextDescriptor }> {
  const bucket = store.bucket(segment("config bucket", config));
  const key = keys.contextKey(segment("context", context));
  const descriptor = await read(bucket, key, contextOf);
  if (descriptor === undefined) {
    const message = `cannot find the context ${JSON.stringify(context)}: ${store.url} has no ${config}/${key}`;
    throw new KnownError("configuration", message, {
      remedy:
        "check store, config and context (--store, --config, --context), or make it with `datamon-sidecar context create`",
    });
  }
  const { blob, metadata, vmetadata } = descriptor;
  for (const name of [blob, metadata, vmetadata]) segment(`bucket of context ${context}`, name);
  return { catalogue: new Catalogue(store, descriptor), context: descriptor };
}

/** False when the context is there. */
export async function createContext(
  store: ObjectStore,
  config: string,
  context: ContextDescriptor,
): Promise<boolean> {
  for (const name of Object.values(context)) segment("context or bucket", name);
  const bucket = store.bucket(segment("config bucket", config));
  const created = await bucket.create(keys.contextKey(context.name), encode(contextText(context)));
  await bucket.tidy();
  return created;
}

/** The name itself when it may be part of a key. Errors: `configuration`. */
export function segment(what: string, name: string): string {
  const fault = keys.segmentFault(name);
  if (fault === undefined) return name;
  throw new KnownError("configuration", `cannot use ${JSON.stringify(name)} as name of a ${what}: ${fault}`);
}

async function read<T>(
  bucket: Bucket,
  key: string,
  parse: (fields: Fields) => T | string,
): Promise<T | undefined> {
  const bytes = await bucket.get(key, DESCRIPTOR_LIMIT);
  if (bytes === undefined) return undefined;
  const value = parse(descriptorFields(bytes, key));
  if (typeof value === "string") throw unreadable(key, value);
  return value;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
