import { bundleRef } from "./bundle-ref.ts";
import type { Findings } from "./outcome.ts";
import { itemKey } from "./resolve.ts";
import type { Resolved, ResolvedItem } from "./resolve.ts";
import { commandFlags, distinct, engineRules, flagRules, labelRule } from "./rules.ts";
import type { destinationSettings, sourceSettings } from "./schema/bundles.ts";
import type { ValuesOf } from "./schema/setting.ts";
import type { BundleSettings, DestinationBundle, SourceBundle } from "./settings.ts";

const REFERENCES = ["label", "bundle", "latest"];

/** Rules for the bundles of a files sidecar. */
export function bundleRules(resolved: Resolved, findings: Findings): void {
  const { sources, destinations } = resolved.items;
  const every = [...sources, ...destinations];
  if (every.length === 0 && !isToldOf(resolved)) {
    const remedy = "declare sources or destinations in the settings file, or with --source and --destination";
    findings.problems.push({ key: "bundles", cause: "are not set: there is nothing to do", remedy });
  }
  engineRules(resolved, every, findings);
  distinct(every, "name", "rename one of them", findings);
  distinct(sources, "path", "give each source a folder of its own", findings);
  distinct(destinations, "idFile", "give each destination a file of its own", findings);
  for (const source of sources) {
    referenceRule(source, findings);
    const mode = source.values["mode"];
    flagRules(source, mode === "mount" ? ["mount"] : ["download"], findings);
    const shared = destinations.find(
      (other) => mode === "mount" && other.values["path"] === source.values["path"],
    );
    if (shared !== undefined && source.values["path"] !== undefined) {
      findings.problems.push({
        key: itemKey(shared.group, shared.name, "path"),
        value: String(shared.values["path"]),
        cause: `is the mount of source "${source.name}", which is read-only and gone before the upload`,
        remedy: "upload another folder, or write mode: download for the source",
      });
    }
  }
  for (const destination of destinations) {
    flagRules(destination, ["upload"], findings);
    labelRule(destination, "label", findings);
  }
}

/** A declaration of old that was not understood, or left out, is why there is no bundle. */
function isToldOf({ problems }: Resolved): boolean {
  return problems.some(({ key }) => /^(?:-d$|datamon command|bundle)/.test(key));
}

/** A source names its bundle in exactly one way. */
function referenceRule(source: ResolvedItem, { problems }: Findings): void {
  const given = REFERENCES.filter((key) => source.givens.has(key) && source.values[key] !== false);
  if (given.length === 1) return;
  const [, second] = given;
  const place = second === undefined ? undefined : source.givens.get(second)?.source;
  problems.push({
    key: `${source.group.key}.${source.name}`,
    ...(place === undefined ? {} : { source: place }),
    cause: given.length === 0 ? "has neither label nor bundle nor latest" : `has ${given.join(" and ")}`,
    remedy: "give exactly one of label, bundle (an id) or latest",
  });
}

/** The bundles of a files sidecar whose rules have been kept: sources first. */
export function buildBundles(resolved: Resolved): readonly BundleSettings[] {
  return [...resolved.items.sources.map(buildSource), ...resolved.items.destinations.map(buildDestination)];
}

function buildSource(item: ResolvedItem): SourceBundle {
  const { name, mode, path, repo, label, bundle } = item.values as ValuesOf<typeof sourceSettings>;
  const ref = bundleRef({ label, bundle });
  return { type: "source", name, mode, path, repo, ref, commandFlags: commandFlags(item, mode) };
}

function buildDestination(item: ResolvedItem): DestinationBundle {
  const { name, path, repo, message, label, idFile } = item.values as ValuesOf<typeof destinationSettings>;
  return {
    type: "destination",
    name,
    path,
    repo,
    message,
    ...(label === undefined ? {} : { label }),
    ...(idFile === undefined ? {} : { idFile }),
    commandFlags: commandFlags(item, "upload"),
  };
}
