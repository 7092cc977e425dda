import type { ManifestKind, ManifestOptions } from "../../../src/config/manifest/options.ts";
import { type Plan, planManifest } from "../../../src/config/manifest/plan.ts";
import { readYaml } from "../../../src/config/yaml.ts";

const OPTIONS: ManifestOptions = {
  name: "run",
  image: "kit:1",
  postgresImage: "kit-postgres:1",
  applicationImage: "application:1",
  user: "1020:2000",
  sidecars: undefined,
  storeClaim: "store-claim",
  datamonSecret: undefined,
  passwordSecret: "passwords",
  probePort: undefined,
  backoffLimit: 2,
};

export const FILES = `coordPoint: /coord
engine: native
store: file:///store
sources: [{name: input, path: /data/in, repo: weather, label: monday}]
destinations: [{name: result, path: /data/out, repo: weather, message: means, idFile: /ids/result}]
`;

export const BOTH = `${FILES}databases:
- {name: db, sourceRepo: weather-db, destinationRepo: weather-db, destinationMessage: after}
- {name: more, port: 5433, dataDir: /more}
`;

export const MOUNT = `coordPoint: /coord
engine: datamon
sources: [{name: input, mode: mount, path: /mounts/in, repo: weather, latest: true}]
destinations: [{name: result, path: /data/out, repo: weather, message: means}]
`;

/** A plan from the text of a settings file. */
export function planOf(
  text: string,
  more: Partial<ManifestOptions> = {},
  command: readonly string[] = ["work"],
  kind: ManifestKind = "pod",
): Plan {
  return planManifest(kind, readYaml("s.yaml", text), text, command, { ...OPTIONS, ...more });
}
