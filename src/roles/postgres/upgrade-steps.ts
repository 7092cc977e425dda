import type { DatabaseSettings } from "../../config/settings.ts";
import { KnownError, oneLine } from "../../core/errors.ts";
import { AT_REST } from "../../core/postgres/control-data.ts";
import { packageOf } from "../../core/postgres/major.ts";
import {
  AVAILABLE_EXTENSIONS,
  CLUSTER_TRAITS,
  CONNECTABLE_DATABASES,
  EXTENSIONS,
  KNOWN_PARAMETERS,
  OUTDATED_EXTENSIONS,
  REPLICATION_SLOTS,
  updateExtension,
} from "../../core/postgres/sql.ts";
import { portableSettings, settingsLeftBehind, systemSettings } from "../../core/postgres/system-settings.ts";
import type { Log, WorkloadReporter } from "../../ports.ts";
import type { Installation } from "../../ports/postgres.ts";
import { type OldCluster, type StartAlone, withServer } from "./alone.ts";
import { type PostgresDependencies, titleOf } from "./dependencies.ts";
import { preparedTransactions } from "./quiesce.ts";

/** What the new cluster must have in common with the old one. */
export interface Traits {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** Extension → the databases that use it. */
  readonly extensions: ReadonlyMap<string, readonly string[]>;
}

/** Asks the old server, which also recovers it and leaves it shut down cleanly, as pg_upgrade wants it. */
export async function surveyOldCluster(
  settings: DatabaseSettings,
  log: Log,
  old: OldCluster,
  startAlone: StartAlone,
  signal: AbortSignal,
): Promise<Traits> {
  return await withServer(startAlone(old.installation, old.folder, "old"), async (server) => {
    const prepared = await preparedTransactions(server, { signal });
    if (prepared !== undefined) {
      throw new KnownError(
        "configuration",
        `cannot upgrade ${titleOf(settings)}: its bundle holds prepared transactions: ${prepared}`,
        { remedy: `end them with a server of Postgres ${old.installation.major}, and archive it again` },
      );
    }
    const slots = await server.query(REPLICATION_SLOTS, { signal });
    if (slots.length > 0) {
      const names = slots.map(({ name }) => name).join(", ");
      log.warn("replication slots are not taken over", { database: settings.name, slots: names });
    }
    const [traits] = await server.query(CLUSTER_TRAITS, { signal });
    const extensions = new Map<string, string[]>();
    for (const row of await server.query(CONNECTABLE_DATABASES, { signal })) {
      const database = String(row["name"]);
      for (const { name } of await server.query(EXTENSIONS, { database, signal })) {
        extensions.set(String(name), [...(extensions.get(String(name)) ?? []), database]);
      }
    }
    const text = (key: string): string => String(traits?.[key] ?? "");
    return { encoding: text("encoding"), collate: text("collate"), ctype: text("ctype"), extensions };
  });
}

export async function refuseMissingExtensions(
  title: string,
  used: Traits["extensions"],
  target: Installation,
  folder: string,
  startAlone: StartAlone,
  signal: AbortSignal,
): Promise<void> {
  const rows = await withServer(startAlone(target, folder, "new"), (server) =>
    server.query(AVAILABLE_EXTENSIONS, { signal }),
  );
  const available = new Set(rows.map(({ name }) => name));
  const missing = [...used].filter(([name]) => !available.has(name));
  if (missing.length === 0) return;
  const names = missing.map(([name, databases]) => `"${name}" (used in ${databases.join(", ")})`).join(", ");
  throw new KnownError(
    "configuration",
    `cannot upgrade ${title}: Postgres ${target.version} lacks the extension ${names}`,
    { remedy: `add the package that holds it for ${packageOf(target.major)} to the image` },
  );
}

/**
 * What pg_upgrade and pg_restore leave to be done: parameters set with ALTER SYSTEM, extensions, planner statistics. The new
 * cluster is at rest afterwards.
 */
export async function finishUpgrade(
  { postgres, log }: PostgresDependencies,
  old: OldCluster,
  target: Installation,
  folder: string,
  startAlone: StartAlone,
  reporter: WorkloadReporter,
  signal: AbortSignal,
): Promise<void> {
  const known = await withServer(startAlone(target, folder, "new"), async (server) => {
    for (const row of await server.query(CONNECTABLE_DATABASES, { signal })) {
      const database = String(row["name"]);
      for (const { name } of await server.query(OUTDATED_EXTENSIONS, { database, signal })) {
        await server.query(updateExtension(String(name)), { database, signal }).catch((error: unknown) => {
          log.warn("an extension stays at its old version", {
            database,
            extension: name,
            cause: oneLine(error),
          });
        });
      }
      reporter.doing(`gathering statistics of "${database}"`);
      await server.query("ANALYZE", { database, signal });
    }
    return await server.query(KNOWN_PARAMETERS, { signal });
  });
  const { state } = await postgres.controlData(target, folder);
  if (state !== AT_REST) {
    throw new KnownError(
      "system",
      `cannot upgrade "${folder}": the new server did not shut down (pg_controldata: "${state}")`,
    );
  }
  const textOf = async (of: string, name: string): Promise<string> =>
    (await postgres.files(of).read(name)) ?? "";
  const plain = "postgresql.conf";
  const left = settingsLeftBehind(await textOf(old.folder, plain), await textOf(folder, plain));
  if (left.length > 0) {
    const message = "postgresql.conf is not taken over; set with serverParameters what of it is needed";
    log.warn(message, { left: left.join(", ") });
  }
  const auto = "postgresql.auto.conf";
  const settings = systemSettings(await textOf(old.folder, auto));
  const { text, dropped } = portableSettings(settings, new Set(known.map(({ name }) => String(name))));
  if (dropped.length > 0)
    log.warn("parameters the new server does not have were left behind", { dropped: dropped.join(", ") });
  await postgres.files(folder).write(auto, `${await textOf(folder, auto)}${text}`);
}
