/** The containers of a pod as a plan has them: what they run, and by which names they are known. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "../../test/support/container.ts";
import { flagsOf, OLD_PEERS, type Pod } from "../../test/support/pod.ts";
import type { Plan } from "./plan.ts";

const SETTINGS = {
  SIDECAR_POLL_INTERVAL: "50ms",
  SIDECAR_BEAT_INTERVAL: "100ms",
  SIDECAR_SILENCE_TIMEOUT: "1500ms",
  SIDECAR_RETURN_TIMEOUT: "2s",
  SIDECAR_GRACE: "1s",
  SIDECAR_RUN_ID: "chaos",
};
const WRAPPER_SETTINGS = { ...SETTINGS, SIDECAR_START_TIMEOUT: "4s", SIDECAR_UPLOAD_TIMEOUT: "4s" };
const SIDECAR_SETTINGS = { ...SETTINGS, SIDECAR_APPLICATION_TIMEOUT: "6s" };

/** The label of the bundle that a database is restored from. */
export const BASE_LABEL = "base";

type Env = Readonly<Record<string, string | undefined>>;

/** Names of the sidecar's status and markers. */
export function sidecarOf({ mode }: Plan): { participant: string; markers: readonly string[] } {
  if (mode !== "postgres")
    return { participant: "files", markers: ["mountdone", "initupload", "uploaddone"] };
  return { participant: "postgres-db", markers: ["db/dbstarted", "db/initdbupload", "db/dbuploaddone"] };
}

export function startWrapper(plan: Plan, pod: Pod, port: number, env: Env = {}): Container {
  const { upload, old, oldNames, mode } = plan;
  const script = mode === "postgres" ? queries(plan, pod, port) : files(plan, pod);
  const kind = mode === "postgres" ? ["-b", "postgres", "-d", "db"] : ["-b", "fuse"];
  const oldWords = ["-c", pod.path("coord"), ...kind, "--", "sh", "-c", script];
  if (old === "wrapper") return pod.start([join(OLD_PEERS, "wrap_application.sh"), ...oldWords]);
  const message = pod.write("", "termination-app");
  const settings = { ...WRAPPER_SETTINGS, SIDECAR_TERMINATION_MESSAGE_PATH: message, ...env };
  if (oldNames) return pod.run("wrap_application.sh", oldWords, { ...settings, SIDECAR_UPLOAD: upload });
  const peer = mode === "postgres" ? "postgres:db" : "files";
  const words = ["app", "--wait-for", peer, "--upload", upload, "--", "sh", "-c", script];
  return pod.run("datamon-sidecar", words, settings);
}

export function startSidecar(plan: Plan, pod: Pod, port: number, env: Env = {}): Container {
  const settings = { ...SIDECAR_SETTINGS, ...env };
  if (plan.old === "sidecar") {
    try {
      writeFileSync(pod.path("in/hello"), "world");
    } catch {
      // The disk fails by plan; the scripts of old did not look either.
    }
    const kind = plan.mode === "postgres" ? "db" : "fuse";
    return pod.start([join(OLD_PEERS, "sidecar.sh"), pod.path("coord"), kind]);
  }
  if (plan.mode === "postgres") return startDatabase(plan, pod, port, "result", env);
  if (plan.mode === "download") return pod.files([], settings);
  const datamon = { ...settings, ...pod.datamon(), SIDECAR_ENGINE: "datamon" };
  if (!plan.oldNames) return pod.files(flagsOf("source", "in", { mode: "mount" }), datamon);
  const { repo, label } = pod.store;
  const commands = [
    `bundle mount --stream --mount ${pod.path("in")} --repo ${repo} --label ${label}`,
    `bundle upload --path ${pod.path("out")} --message m --repo ${repo} --label result`,
  ];
  const message = pod.write("", "termination-files");
  return pod.run(
    "wrap_datamon.sh",
    ["-c", pod.path("coord"), ...commands.flatMap((command) => ["-d", command])],
    {
      ...datamon,
      SIDECAR_TERMINATION_MESSAGE_PATH: message,
    },
  );
}

/** @param label what the database becomes */
export function startDatabase(plan: Plan, pod: Pod, port: number, label: string, env: Env = {}): Container {
  // The server runs as another user, who has to get through.
  chmodSync(pod.folder, 0o755);
  const file = plan.oldNames ? oldDatabase(plan, pod, port, label) : newDatabase(plan, pod, port, label);
  const settings = {
    ...SIDECAR_SETTINGS,
    SIDECAR_ENGINE: "native",
    SIDECAR_STORE: pod.store.url,
    SIDECAR_TERMINATION_MESSAGE_PATH: pod.write("", "termination-files"),
    ...env,
  };
  if (!plan.oldNames) return pod.run("datamon-sidecar", ["postgres", "--config", file], settings);
  const old = { SIDECAR_CONFIG: file, SIDECAR_RUNTIME_DIRECTORY: pod.path("run") };
  return pod.run("wrap_datamon_pg.sh", [], { ...settings, ...old, SIDECAR_COORD_POINT: undefined });
}

function newDatabase({ restored }: Plan, pod: Pod, port: number, label: string): string {
  const { repo } = pod.store;
  const source = [`sourceRepo: ${repo}`, `sourceLabel: ${BASE_LABEL}`];
  const database = [
    `name: db`,
    `port: ${port}`,
    ...(restored ? source : []),
    `destinationRepo: ${repo}`,
    `destinationMessage: m`,
    `destinationLabel: ${label}`,
  ];
  const text = `dataDir: ${pod.path("pg")}
runtimeDirectory: ${pod.path("run")}
serverParameters: [fsync=off, shared_buffers=16MB]
databases:
  - ${database.join("\n    ")}
`;
  return pod.write(text, "settings.yaml");
}

function oldDatabase({ restored }: Plan, pod: Pod, port: number, label: string): string {
  const { repo } = pod.store;
  const source = [`srcRepo: ${repo}`, `srcLabel: ${BASE_LABEL}`];
  const database = [
    `name: db`,
    `dataDir: ${pod.path("pg")}`,
    `pgPort: "${port}"`,
    ...(restored ? source : []),
    `destRepo: ${repo}`,
    `destMessage: m`,
    `destLabel: ${label}`,
  ];
  const text = `globalOpts:
  coordPoint: ${pod.path("coord")}
database:
  ${database.join("\n  ")}
`;
  return pod.write(text, "pgparams.yaml");
}

/** Reads its input at both ends of its life, and writes its output in pieces that belong together. */
function files({ applicationTime, exitCode }: Plan, pod: Pod): string {
  return [
    ...countRuns(pod),
    `rm -f out/*`,
    `[ "$(cat in/hello)" = world ] || exit 9`,
    `echo $n >out/a || exit 7; sleep ${applicationTime / 1000}`,
    `echo $n >out/b && echo $n >out/complete || exit 7`,
    `[ "$(cat in/hello)" = world ] || exit 9`,
    `echo $n >${pod.path("ended")}; exit ${exitCode}`,
  ].join("\n");
}

/** Finds the server, and in it what it was started from, at both ends of its life. */
function queries({ applicationTime, exitCode, old, restored }: Plan, pod: Pod, port: number): string {
  const psql = `psql -qAtX -h 127.0.0.1 -p ${port} -U postgres -c`;
  const work = [
    ...(restored ? [`[ "$(${psql} "SELECT count(*) FROM t")" -ge 1000 ] || exit 9`] : []),
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
