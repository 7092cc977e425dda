import { KnownError } from "../errors.ts";
import { type Major, packageOf } from "./major.ts";

export type UpgradePolicy = "never" | "auto" | "only";

/** What to do with a cluster of one major version, given the servers that are installed. */
export type UpgradePlan =
  | { readonly type: "serve"; readonly major: Major }
  | { readonly type: "upgrade"; readonly from: Major; readonly to: Major };

/**
 * The newest installed server is the one a cluster is meant for. `never` serves a cluster with its own major version
 * or not at all.
 * Errors: `configuration`, naming the missing package, or the setting that forbids the upgrade.
 */
export function planUpgrade(
  cluster: Major,
  installed: readonly Major[],
  policy: UpgradePolicy,
  title: string,
): UpgradePlan {
  const newest = Math.max(...installed);
  if (cluster === newest) return { type: "serve", major: cluster };
  if (cluster > newest) {
    throw new KnownError(
      "configuration",
      `cannot serve ${title}: it was made by Postgres ${cluster}, and the newest server here is ${newest}`,
      {
        remedy: `use an image with ${packageOf(cluster)}; Postgres never goes back to an older major version`,
      },
    );
  }
  const own = installed.includes(cluster);
  if (policy === "never") {
    if (own) return { type: "serve", major: cluster };
    throw new KnownError(
      "configuration",
      `cannot serve ${title}: it was made by Postgres ${cluster}, the servers here are ${installed.join(", ")}, and upgrade is "never"`,
      {
        remedy: `add ${packageOf(cluster)} to the image to serve it as it is, or also set upgrade to "auto"`,
      },
    );
  }
  if (own) return { type: "upgrade", from: cluster, to: newest };
  throw new KnownError(
    "configuration",
    `cannot upgrade ${title} from Postgres ${cluster} to ${newest}: the binaries of Postgres ${cluster} are not here`,
    { remedy: `add the package ${packageOf(cluster)} to the image beside ${packageOf(newest)}` },
  );
}
