import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError, oneLine, toKnownError } from "../../core/errors.ts";
import { AT_REST } from "../../core/postgres/control-data.ts";
import type { MadeFrom } from "../../core/postgres/manifest.ts";
import { CONNECTABLE_DATABASES } from "../../core/postgres/sql.ts";
import { spaceNeeded } from "../../core/postgres/upgrade-arguments.ts";
import type { WorkloadReporter } from "../../ports.ts";
import type { Installation } from "../../ports/postgres.ts";
import { aloneRequest, type OldCluster, type StartAlone, withServer } from "./alone.ts";
import { dataPath, type PostgresDependencies, titleOf } from "./dependencies.ts";
import { finishUpgrade, refuseMissingExtensions, surveyOldCluster } from "./upgrade-steps.ts";

export interface Upgraded {
  readonly folder: string;
  readonly installation: Installation;
  readonly madeFrom: MadeFrom;
}

/**
 * Makes a cluster of the newer major version out of a restored one, beside it: with pg_upgrade, or, when that says it cannot,
 * by dump and restore. The bundle it came from is not touched, and what fails here leaves nothing in place.
 * Errors: `configuration` (an extension is missing here), `system` (no space, a broken cluster, a failing tool), `stopped`.
 */
export async function upgradeCluster(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  old: OldCluster,
  target: Installation,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<Upgraded> {
  const bytes = await dependencies.postgres.files(old.folder).size();
  const needed = spaceNeeded(bytes, settings.upgradeMode);
  await refuseTightDisk(dependencies, old.folder, needed, titleOf(settings));
  try {
    return await upgrade(settings, dependencies, old, bytes, target, reporter, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw await blamingFullVolume(dependencies, old.folder, error);
  }
}

async function upgrade(
  settings: DatabaseSettings,
  dependencies: PostgresDependencies,
  old: OldCluster,
  bytes: number,
  target: Installation,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<Upgraded> {
  const { postgres, log } = dependencies;
  const title = titleOf(settings);
  const versions = `${title} from Postgres ${old.installation.version} to ${target.version}`;
  reporter.doing(`upgrading ${versions}`);
  const startAlone: StartAlone = (installation, folder, suffix) =>
    postgres.start(aloneRequest(settings, installation, folder, suffix), signal);

  const control = await postgres.controlData(old.installation, old.folder);
  const traits = await surveyOldCluster(settings, log, old, startAlone, signal);
  const folder = await postgres.dataFolder(dataPath(settings)).workshop("upgraded");
  await postgres.initialise(
    target,
    {
      folder,
      checksums: control.checksums,
      encoding: traits.encoding,
      locale: { collate: traits.collate, ctype: traits.ctype },
      walSegmentSize: control.walSegmentSize,
      sync: true,
    },
    signal,
  );
  await refuseMissingExtensions(title, traits.extensions, target, folder, startAlone, signal);

  const names = {
    name: settings.name,
    from: old.installation,
    to: target,
    oldFolder: old.folder,
    newFolder: folder,
  };
  const link = settings.upgradeMode === "link";
  const hindrance = await postgres.pgUpgrade({ ...names, link, checkOnly: true }, signal).then(
    () => undefined,
    (error: unknown) => {
      signal.throwIfAborted();
      return error;
    },
  );
  if (hindrance === undefined) {
    await postgres.pgUpgrade({ ...names, link, checkOnly: false }, signal);
  } else {
    log.warn("pg_upgrade cannot do it, so everything is dumped and restored", { cause: oneLine(hindrance) });
    await refuseTightDisk(dependencies, old.folder, spaceNeeded(bytes, "dump"), title);
    await dump(settings, dependencies, old, target, folder, startAlone, signal);
  }
  await finishUpgrade(dependencies, old, target, folder, startAlone, reporter, signal);
  const method = hindrance === undefined ? ("pg_upgrade" as const) : ("dump" as const);
  log.info("upgraded", {
    database: settings.name,
    from: old.installation.version,
    to: target.version,
    method,
  });
  const madeFrom = { version: old.installation.version, method, repo: old.repo, bundle: old.bundle };
  return { folder, installation: target, madeFrom };
}

async function dump(
  settings: DatabaseSettings,
  { postgres }: PostgresDependencies,
  old: OldCluster,
  target: Installation,
  folder: string,
  startAlone: StartAlone,
  signal: AbortSignal,
): Promise<void> {
  const workshop = await postgres.dataFolder(dataPath(settings)).workshop("dump");
  await withServer(startAlone(old.installation, old.folder, "old"), (from) =>
    withServer(startAlone(target, folder, "new"), async (to) => {
      const databases = (await from.query(CONNECTABLE_DATABASES, { signal })).map(({ name }) => String(name));
      await postgres.dumpAndRestore({ tools: target, from, to, databases, workshop }, signal);
    }),
  );
  const { state } = await postgres.controlData(target, folder);
  if (state !== AT_REST)
    throw new KnownError("system", `cannot upgrade ${titleOf(settings)}: the new server did not stop`);
}

async function refuseTightDisk(
  { postgres }: PostgresDependencies,
  folder: string,
  needed: number,
  title: string,
): Promise<void> {
  const free = await postgres.freeSpace(folder);
  if (free >= needed) return;
  throw new KnownError(
    "system",
    `cannot upgrade ${title}: it needs ${megabytes(needed)} on the volume of "${folder}", and ${megabytes(free)} are free`,
    { remedy: 'give the volume more room, or set upgradeMode to "link", which copies nothing' },
  );
}

/** Below the size of one log file no server works, and what it says then may find no room either. */
const FULL_BYTES = 16 * 1024 * 1024;

/** Somebody else may have filled the volume after we looked. */
async function blamingFullVolume(
  { postgres }: PostgresDependencies,
  folder: string,
  error: unknown,
): Promise<unknown> {
  const free = await postgres.freeSpace(folder).catch(() => Infinity);
  if (free >= FULL_BYTES || toKnownError(error).kind !== "system") return error;
  return new KnownError(
    "system",
    `${oneLine(error)}; the volume of "${folder}" is full: ${megabytes(free)} are free`,
    { cause: error, remedy: "give the volume more room, or keep others from writing to it" },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
