import { choice, commandLine, duration, listOf } from "./kinds.ts";
import { commonSettings } from "./common.ts";
import { required, withDefault } from "./setting.ts";
import { unsafeNameReason } from "./values.ts";

const POSTGRES_PREFIX = "postgres:";

/** Settings of the wrapper. */
export const appSettings = {
  ...commonSettings,
  waitFor: required(
    listOf("list of `files`, `postgres:NAME`", peerReason),
    "The sidecars to wait for: `files`, and `postgres:` with the name of each database.",
    { example: "files" },
  ),
  upload: withDefault(
    choice(["on-success", "always", "never"]),
    "on-success",
    "When the sidecars upload: after the application succeeded, however it ended, or not at all.",
  ),
  startTimeout: withDefault(
    duration(),
    "1h",
    "How long a sidecar that has never been seen may take to be ready; 0: for ever.",
  ),
  uploadTimeout: withDefault(
    duration(),
    "24h",
    "How long the upload of a sidecar without a sign of life of its own may take; 0: for ever.",
  ),
  sleepAfter: withDefault(
    duration(),
    "0",
    "Sleep this long after success instead of exiting, for debugging.",
  ),
  command: required(
    commandLine(),
    "The application and its arguments: on the command line, what follows `--`.",
    {
      example: "python main.py",
    },
  ),
};

/** The database of a peer `postgres:NAME`; undefined for `files`. */
export function databaseOfPeer(peer: string): string | undefined {
  return peer === "files" ? undefined : peer.slice(POSTGRES_PREFIX.length);
}

export function peerOfDatabase(database: string): string {
  return `${POSTGRES_PREFIX}${database}`;
}

function peerReason(peer: string): string | undefined {
  if (peer === "files") return undefined;
  if (!peer.startsWith(POSTGRES_PREFIX))
    return `has ${JSON.stringify(peer)}, which is no kind of sidecar; write files or postgres:NAME`;
  const name = peer.slice(POSTGRES_PREFIX.length);
  if (name === "") return "has postgres: without the name of a database; write postgres:NAME";
  // A list in one word would be awaited as one database of that strange name, for ever.
  if (/[,:]/.test(name)) return `has ${JSON.stringify(peer)}; give each sidecar a --wait-for of its own`;
  const reason = unsafeNameReason(name);
  return reason === undefined ? undefined : `names a database ${JSON.stringify(name)} that ${reason}`;
}
