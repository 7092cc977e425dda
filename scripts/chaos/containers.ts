/** The containers of a pod as a plan has them: what they run, and by which names they are known. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Container } from "../../test/support/container.ts";
import { flagsOf, OLD_PEERS, type Pod } from "../../test/support/pod.ts";
import type { Plan } from "./plan.ts";
import type { Content } from "./store.ts";

const SETTINGS = {
  SIDECAR_POLL_INTERVAL: "50ms",
  SIDECAR_BEAT_INTERVAL: "100ms",
  SIDECAR_SILENCE_TIMEOUT: "1s",
  SIDECAR_RETURN_TIMEOUT: "2s",
  SIDECAR_GRACE: "1s",
  SIDECAR_RUN_ID: "chaos",
};
const WRAPPER_SETTINGS = { ...SETTINGS, SIDECAR_START_TIMEOUT: "4s", SIDECAR_UPLOAD_TIMEOUT: "4s" };
const SIDECAR_SETTINGS = { ...SETTINGS, SIDECAR_APPLICATION_TIMEOUT: "6s" };

const BIN = "/usr/lib/postgresql/15/bin";

/** Names of the sidecar's status and markers. */
export function sidecarOf({ mode }: Plan): { participant: string; markers: readonly string[] } {
  if (mode !== "postgres")
    return { participant: "files", markers: ["mountdone", "initupload", "uploaddone"] };
  return { participant: "postgres-db", markers: ["db/dbstarted", "db/initdbupload", "db/dbuploaddone"] };
}

export function startWrapper(plan: Plan, pod: Pod, port: number): Container {
  const { upload, old, mode } = plan;
  const peer = mode === "postgres" ? "postgres:db" : "files";
  const script = mode === "postgres" ? queries(plan, pod, port) : files(plan, pod);
  if (old === "wrapper") {
    const kind = mode === "postgres" ? ["-b", "postgres", "-d", "db"] : ["-b", "fuse"];
    const words = ["-c", pod.path("coord"), ...kind, "--", "sh", "-c", script];
    return pod.start([join(OLD_PEERS, "wrap_application.sh"), ...words]);
  }
  const message = pod.write("", "termination-app");
  const words = ["app", "--wait-for", peer, "--upload", upload, "--", "sh", "-c", script];
  return pod.run("datamon-sidecar", words, {
    ...WRAPPER_SETTINGS,
    SIDECAR_TERMINATION_MESSAGE_PATH: message,
  });
}

export function startSidecar(plan: Plan, pod: Pod, port: number): Container {
  if (plan.old === "sidecar") {
    writeFileSync(pod.path("in/hello"), "world");
    const kind = plan.mode === "postgres" ? "db" : "fuse";
    return pod.start([join(OLD_PEERS, "sidecar.sh"), pod.path("coord"), kind]);
  }
  if (plan.mode === "postgres") return startDatabase(pod, port);
  if (plan.mode === "download") return pod.files([], SIDECAR_SETTINGS);
  const mount = flagsOf("source", "in", { mode: "mount" });
  return pod.files(mount, { ...SIDECAR_SETTINGS, ...pod.datamon(), SIDECAR_ENGINE: "datamon" });
}

function startDatabase(pod: Pod, port: number): Container {
  // The server runs as another user, who has to get through.
  chmodSync(pod.folder, 0o755);
  const file = pod.write(
    `dataDir: ${pod.path("pg")}
runtimeDirectory: ${pod.path("run")}
serverParameters: [fsync=off, shared_buffers=16MB]
databases:
  - name: db
    port: ${port}
    destinationRepo: ${pod.store.repo}
    destinationMessage: m
    destinationLabel: result
`,
    "settings.yaml",
  );
  const message = pod.write("", "termination-files");
  return pod.run("datamon-sidecar", ["postgres", "--config", file], {
    ...SIDECAR_SETTINGS,
    SIDECAR_ENGINE: "native",
    SIDECAR_STORE: pod.store.url,
    SIDECAR_TERMINATION_MESSAGE_PATH: message,
  });
}

/** Reads its input at both ends of its life, and writes its output in pieces that belong together. */
function files({ applicationTime, exitCode }: Plan, pod: Pod): string {
  return [
    ...countRuns(pod),
    `rm -f out/*`,
    `[ "$(cat in/hello)" = world ] || exit 9`,
    `echo $n >out/a; sleep ${applicationTime / 1000}; echo $n >out/b; echo $n >out/complete`,
    `[ "$(cat in/hello)" = world ] || exit 9`,
    `echo $n >${pod.path("ended")}; exit ${exitCode}`,
  ].join("\n");
}

/** Finds the server at both ends of its life. */
function queries({ applicationTime, exitCode, old }: Plan, pod: Pod, port: number): string {
  const psql = `psql -qAtX -h 127.0.0.1 -p ${port} -U postgres -c`;
  const work = [
    `${psql} "CREATE TABLE IF NOT EXISTS t (n int)" || exit 9`,
    `${psql} "INSERT INTO t SELECT generate_series(1, 1000)" || exit 8`,
    `sleep ${applicationTime / 1000}`,
    `${psql} "SELECT count(*) FROM t" >/dev/null || exit 8`,
  ];
  return [
    ...countRuns(pod),
    ...(old === "sidecar" ? [] : work),
    `echo $n >${pod.path("ended")}; exit ${exitCode}`,
  ].join("\n");
}

function countRuns(pod: Pod): string[] {
  const runs = pod.path("runs");
  return [`n=$(cat ${runs} 2>/dev/null || echo 0); n=$((n + 1)); echo $n >${runs}`];
}

/** What Postgres itself says of the data in a bundle. */
export function databaseState(content: Content): string {
  const folder = mkdtempSync(join(tmpdir(), "control-"));
  try {
    Bun.spawnSync(["mkdir", join(folder, "global")]);
    const control = Buffer.from(content["global/pg_control"] ?? "", "latin1");
    writeFileSync(join(folder, "global/pg_control"), control);
    writeFileSync(join(folder, "PG_VERSION"), content["PG_VERSION"] ?? "");
    const { stdout } = Bun.spawnSync([join(BIN, "pg_controldata"), folder], { env: { LC_ALL: "C" } });
    return /^Database cluster state:\s+(.*)$/m.exec(stdout.toString())?.[1] ?? "of no known state";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A port that nobody listens on now. */
export function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop(true);
  return port;
}
