import { bundleRules } from "./bundles.ts";
import { databaseRules } from "./databases.ts";
import { buildFiles } from "./files.ts";
import { gather } from "./gather.ts";
import { outcome } from "./outcome.ts";
import type { Findings } from "./outcome.ts";
import { pick } from "./pick.ts";
import { buildPostgres } from "./postgres.ts";
import { resolve } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { commonRules } from "./rules.ts";
import { commonSettings } from "./schema/common.ts";
import { ROLES } from "./schema/roles.ts";
import type { CommonSettings, Inputs, Parsed, SidecarSettings } from "./settings.ts";

/** Settings of a process that serves bundles, databases or both, whatever is declared. Errors: ConfigurationError. */
export function parseSidecarArguments(inputs: Inputs): Parsed<SidecarSettings> {
  const resolved = resolve(ROLES.sidecar, gather(ROLES.sidecar, inputs));
  const { sources, destinations, databases } = resolved.items;
  const bundles = sources.length + destinations.length > 0;
  const findings: Findings = { problems: [], warnings: [] };
  commonRules(resolved, findings);
  if (bundles) bundleRules(resolved, findings);
  if (databases.length > 0) databaseRules(resolved, findings);
  if (!bundles && databases.length === 0) {
    const remedy = "declare sources, destinations or databases in the settings file";
    findings.problems.push({ key: "settings", cause: "declare nothing to do", remedy });
  }
  return outcome(resolved, findings, () => build(resolved, bundles, databases.length > 0));
}

function build(resolved: Resolved, files: boolean, postgres: boolean): SidecarSettings {
  const common = pick(resolved.values, [commonSettings]) as unknown as CommonSettings;
  return {
    ...common,
    ...(files ? { files: buildFiles(resolved) } : {}),
    ...(postgres ? { postgres: buildPostgres(resolved) } : {}),
  };
}
