import { MAINTENANCE_ROLE } from "./sql.ts";

/** A new cluster: what `initdb` is told. */
export interface NewCluster {
  readonly folder: string;
  readonly checksums: boolean;
  /** Undefined: `C`, as `--no-locale`. */
  readonly locale?: { readonly collate: string; readonly ctype: string };
  readonly encoding: string;
  /** Bytes; undefined: the default of the version. */
  readonly walSegmentSize?: number;
  /** Tests only: do not wait for the disk. */
  readonly sync: boolean;
}

/** Arguments of `initdb`. `--wal-segsize` (11 and later) is in megabytes. */
export function initdbArguments(cluster: NewCluster): string[] {
  const { locale } = cluster;
  return [
    `--pgdata=${cluster.folder}`,
    `--username=${MAINTENANCE_ROLE}`,
    "--auth=trust",
    `--encoding=${cluster.encoding}`,
    ...(locale === undefined
      ? ["--no-locale"]
      : [`--lc-collate=${locale.collate}`, `--lc-ctype=${locale.ctype}`]),
    ...(cluster.checksums ? ["--data-checksums"] : []),
    ...(cluster.walSegmentSize === undefined
      ? []
      : [`--wal-segsize=${cluster.walSegmentSize / 1024 / 1024}`]),
    ...(cluster.sync ? [] : ["--no-sync"]),
  ];
}

/** A server to run: what `postgres` is told. */
export interface ServerOptions {
  readonly folder: string;
  readonly port: number;
  /** Empty: no TCP at all. */
  readonly listenAddress: string;
  readonly socketFolder: string;
  readonly accessFile: string;
  /** `name=value`, the user's; ours win. */
  readonly parameters: readonly string[];
}

/**
 * Arguments of `postgres`. What we depend on is said here, whatever `postgresql.conf` of the bundle says: where it
 * listens, who may come in, and that its log comes to us, in English.
 */
export function serverArguments(options: ServerOptions): string[] {
  const parameters = [
    ...options.parameters,
    `port=${options.port}`,
    `listen_addresses=${options.listenAddress}`,
    `unix_socket_directories=${options.socketFolder}`,
    "unix_socket_permissions=0700",
    `hba_file=${options.accessFile}`,
    "logging_collector=off",
    "log_destination=stderr",
    "lc_messages=C",
  ];
  return ["-D", options.folder, ...parameters.flatMap((parameter) => ["-c", parameter])];
}

/** The longest path of a socket that the kernel takes, without the closing zero byte (unix(7), `sun_path`). */
export const LONGEST_SOCKET_PATH = 107;

export function socketPath(folder: string, port: number): string {
  return `${folder}/.s.PGSQL.${port}`;
}
