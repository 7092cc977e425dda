import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError } from "../../core/errors.ts";
import { approachTo } from "../../core/postgres/claim.ts";
import { AT_REST } from "../../core/postgres/control-data.ts";
import { majorOf } from "../../core/postgres/major.ts";
import { LEGACY_VERSION_FILE, type MadeFrom } from "../../core/postgres/manifest.ts";
import { planUpgrade } from "../../core/postgres/upgrade.ts";
import type { WorkloadReporter } from "../../ports.ts";
import type { DataFolder, Installation } from "../../ports/postgres.ts";
import { claimAs, dataPath, participantFor, type PostgresDependencies, titleOf } from "./dependencies.ts";
import { outsideFolder } from "./quiesce.ts";
import { upgradeCluster } from "./upgrade.ts";

/** A cluster in its place, with the server to run it. */
export interface Obtained {
  readonly installation: Installation;
  /** Whether `initdb` has just made it. */
  readonly isNew: boolean;
  readonly madeFrom?: MadeFrom;
}

/**
 * Brings the cluster into the data folder: a new one, one from a bundle, upgraded if it must be, or what an earlier attempt of
 * this run left there. It is made in a corner of the folder and moved into place complete.
 */
export async function obtainCluster(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<Obtained> {
  const { postgres, run } = dependencies;
  const installations = await postgres.installations();
  const folder = postgres.dataFolder(dataPath(settings));
  const occupancy = await folder.occupancy();
  const approach = approachTo(occupancy, participantFor(settings), run);
  if (approach === "refuse")
    throw notOurs(settings, folder, occupancy.type === "foreign" ? occupancy.entries : []);
  if (approach === "resume" && occupancy.type === "ours") {
    const installation = await installationOf(folder.path, dependencies, installations);
    const { madeFrom } = occupancy.claim;
    dependencies.log.info("going on with the data of an earlier attempt", { database: settings.name });
    return { installation, isNew: false, ...(madeFrom === undefined ? {} : { madeFrom }) };
  }
  await claimAs("preparing", settings, dependencies);
  if (approach === "again") await folder.clear();
  const incoming = await folder.workshop("incoming");
  const { source } = settings;
  if (source === undefined) {
    const installation = newest(installations);
    reporter.doing(`creating ${titleOf(settings)} with Postgres ${installation.version}`);
    const plain = { folder: incoming, checksums: true, encoding: "UTF8", sync: true };
    await postgres.initialise(installation, plain, signal);
    await folder.adopt(incoming);
    return { installation, isNew: true };
  }
  const restored = await restore(settings, dependencies, incoming, installations, reporter, signal);
  await folder.adopt(restored.folder);
  const { installation, madeFrom } = restored;
  return { installation, isNew: false, ...(madeFrom === undefined ? {} : { madeFrom }) };
}

/** The server of the major version that the cluster in `path` has. */
export async function installationOf(
  path: string,
  { postgres }: PostgresDependencies,
  installations: readonly Installation[],
): Promise<Installation> {
  const major = await postgres.files(path).major();
  const found = installations.find((installation) => installation.major === major);
  if (found !== undefined) return found;
  const what =
    major === undefined ? "holds no Postgres database" : `needs Postgres ${major}, which is not here`;
  throw new KnownError("system", `cannot use the data folder "${path}": it ${what}`);
}

async function restore(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  incoming: string,
  installations: readonly Installation[],
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<{ readonly folder: string; readonly installation: Installation; readonly madeFrom?: MadeFrom }> {
  const { postgres, engine, log, progress } = dependencies;
  const source = settings.source as NonNullable<DatabaseSettings["source"]>;
  const { repo, ref, commandFlags } = source;
  reporter.doing(`downloading ${titleOf(settings)}`);
  const request = { repo, ref, destination: incoming, commandFlags };
  const {
    id,
    files: count,
    bytes,
  } = await engine.download(request, progress(`download ${settings.name}`), signal);
  log.info("downloaded and verified", { database: settings.name, id, files: count, bytes });
  const label = ref.type === "label" ? { label: ref.label } : {};
  reporter.bundle({ name: settings.name, direction: "in", repo, id, ...label });

  const bundle = `bundle ${id} of "${repo}"`;
  const files = postgres.files(incoming);
  const major = await files.major();
  if (major === undefined) {
    throw new KnownError(
      "configuration",
      `cannot serve ${bundle} as ${titleOf(settings)}: it holds no PG_VERSION`,
      {
        remedy: "name a bundle that a Postgres sidecar made",
      },
    );
  }
  const noted = majorOf((await files.read(LEGACY_VERSION_FILE)) ?? "");
  if (noted !== undefined && noted !== major) {
    log.warn("pg_version does not say what PG_VERSION says, which is right", { noted, major, bundle: id });
  }
  const plan = planUpgrade(
    major,
    installations.map((i) => i.major),
    settings.upgrade,
    bundle,
  );
  await files.restore(major);
  const outside = await files.outside(major);
  if (outside.length > 0) throw outsideFolder(settings, outside);
  const installation = await installationOf(incoming, dependencies, installations);
  const { state } = await postgres.controlData(installation, incoming);
  if (state !== AT_REST)
    log.info("the bundle was not shut down cleanly, its server recovers it", { state, bundle: id });
  if (plan.type === "serve") return { folder: incoming, installation };
  const target = newest(installations);
  const old = { installation, folder: incoming, repo, bundle: id };
  return await upgradeCluster(settings, dependencies, old, target, reporter, signal);
}

function newest(installations: readonly Installation[]): Installation {
  const last = installations.at(-1);
  if (last === undefined)
    throw new KnownError("bug", "no Postgres installation was found, and nobody said so");
  return last;
}

function notOurs(settings: DatabaseSettings, folder: DataFolder, entries: readonly string[]): KnownError {
  const some = entries.slice(0, 5).join(", ");
  const more = entries.length > 5 ? ", …" : "";
  return new KnownError(
    "configuration",
    `cannot use "${folder.path}" for ${titleOf(settings)}: it is not empty (${some}${more}) and was not filled by this sidecar`,
    { remedy: "empty it yourself if nothing in it is needed, or set dataDir to another folder" },
  );
}
