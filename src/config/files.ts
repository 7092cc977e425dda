import { buildBundles, bundleRules } from "./bundles.ts";
import { gather } from "./gather.ts";
import { outcome } from "./outcome.ts";
import type { Findings } from "./outcome.ts";
import { pick } from "./pick.ts";
import { resolve } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { commonRules } from "./rules.ts";
import { commonSettings } from "./schema/common.ts";
import { filesOnlySettings } from "./schema/files.ts";
import { ROLES } from "./schema/roles.ts";
import { transferSettings } from "./schema/transfer.ts";
import { isLegacyFuseFile, legacyFuseFileLayer } from "./legacy/fuse-file.ts";
import type { FilesSettings, Inputs, Parsed } from "./settings.ts";

/** Settings of the files sidecar from our own flags; a file of old is understood. Errors: ConfigurationError. */
export function parseFilesArguments(inputs: Inputs): Parsed<FilesSettings> {
  const { file } = inputs;
  const dialect = file !== undefined && isLegacyFuseFile(file) ? { file: legacyFuseFileLayer(file) } : {};
  return filesOutcome(resolve(ROLES.files, gather(ROLES.files, inputs, dialect)));
}

/** Judges resolved settings of a files sidecar and builds them. */
export function filesOutcome(
  resolved: Resolved,
  configCommands: FilesSettings["configCommands"] = [],
): Parsed<FilesSettings> {
  const findings: Findings = { problems: [], warnings: [] };
  commonRules(resolved, findings);
  bundleRules(resolved, findings);
  return outcome(resolved, findings, () => buildFiles(resolved, configCommands));
}

/** Settings of a files sidecar whose rules have been kept. */
export function buildFiles(
  resolved: Resolved,
  configCommands: FilesSettings["configCommands"] = [],
): FilesSettings {
  const { mode: _, ...own } = filesOnlySettings;
  const values = pick(resolved.values, [commonSettings, transferSettings, own]);
  return {
    ...(values as unknown as Omit<FilesSettings, "bundles" | "configCommands">),
    bundles: buildBundles(resolved),
    configCommands,
  };
}
