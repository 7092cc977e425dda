/** Where a server listens; without a host on every address of the machine. */
export interface ListenAddress {
  readonly host?: string;
  readonly port: number;
}

const ADDRESS = /^(?:(?<host>[^:[\]\s]+)|\[(?<six>[\da-f:.]+)\])?:(?<port>\d{1,5})$/i;
const MOST_PORTS = 65_535;

/** `:PORT`, `HOST:PORT` or `[IPv6]:PORT`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const groups = ADDRESS.exec(text)?.groups;
  const port = Number(groups?.["port"]);
  if (groups === undefined || port < 1 || port > MOST_PORTS) return undefined;
  const host = groups["host"] ?? groups["six"];
  return host === undefined ? { port } : { host, port };
}

/** Why a text is no address to listen on, and what to write. */
export function listenReason(text: string): string | undefined {
  return parseListenAddress(text) === undefined
    ? "is no address to listen on; write :9180 or 127.0.0.1:9180"
    : undefined;
}
