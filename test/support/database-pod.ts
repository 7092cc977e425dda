import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AT_REST, parseControlData } from "../../src/core/postgres/control-data.ts";
import { MANIFEST } from "../../src/core/postgres/manifest.ts";
import type { Status } from "../../src/core/status.ts";
import type { Container } from "./container.ts";
import { makePod, type Pod } from "./pod.ts";
import { BIN_13, BIN_15, freePort, LIBRARIES_13, program } from "./postgres.ts";

/** Long enough for whoever is killed to be started again. */
const PATIENT = { SIDECAR_SILENCE_TIMEOUT: "60s", SIDECAR_GRACE: "5s" };

/** Labels of clusters for those who download one: the one that every new database is a copy of, and one of Postgres 13. */
export const PREPARED = "prepared";
export const PREPARED_13 = "thirteen";

/** Programs of Postgres that a test can hold back. */
export type Gated = "initdb" | "postgres" | "pg_upgrade";

/** One database in a pod, with a wrapper whose application is done once it is told. */
export interface DatabaseRun {
  readonly name: string;
  readonly dataFolder: string;
  readonly gate: Gate;
  sidecar(more?: string, env?: Readonly<Record<string, string | undefined>>): Container;
  app(statement?: string): Container;
  /** Resolves once the application runs. */
  started(): Promise<void>;
  /** Lets the application end. */
  go(): void;
  /** Resolves once the sidecar says that it is doing this. */
  doing(wanted: RegExp): Promise<void>;
  has(marker: "dbstarted" | "initdbupload" | "dbuploaddone"): boolean;
  /** Undefined when there is no bundle, else whether it, being whole, was stopped cleanly. */
  archived(): Promise<"clean" | "unclean" | undefined>;
}

/** Holds one program back. */
export interface Gate {
  readonly binDir: string;
  close(name: Gated): void;
  reached(name: Gated): Promise<void>;
  open(): void;
}

export interface DatabasePod {
  readonly pod: Pod;
  run(): Promise<DatabaseRun>;
  remove(): Promise<void>;
}

/** A pod with prepared clusters, so that no case has to wait for initdb. */
export async function makeDatabasePod(with13: boolean): Promise<DatabasePod> {
  const pod = await makePod();
  // The servers run as another user, who has to get through.
  chmodSync(pod.folder, 0o755);
  const template = await prepareCluster(pod, PREPARED, BIN_15);
  if (with13) await prepareCluster(pod, PREPARED_13, BIN_13, { LD_LIBRARY_PATH: LIBRARIES_13 });
  let runs = 0;
  return {
    pod,
    run: async () => databaseRun(pod, `db${(runs += 1)}`, await freePort(), template),
    remove: () => pod.remove(),
  };
}

/** A new cluster in a folder of the pod, and in its store under the same name. */
async function prepareCluster(pod: Pod, label: string, binDir: string, env = {}): Promise<string> {
  const folder = pod.path(label);
  const call = (...argv: readonly string[]): void => {
    const done = Bun.spawnSync([...argv], {
      stdout: "ignore",
      stderr: "pipe",
      env: { ...process.env, ...env },
    });
    if (!done.success) throw new Error(done.stderr.toString());
  };
  call("install", "-d", "-o", "postgres", "-m", "700", folder);
  const drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  // With small log files, which make small bundles.
  const plain = [
    "--username=postgres",
    "--no-locale",
    "--encoding=UTF8",
    "--data-checksums",
    "--wal-segsize=1",
  ];
  call(...drop, join(binDir, "initdb"), "-D", folder, "--no-sync", ...plain);
  const request = { repo: pod.store.repo, path: folder, message: "m", label };
  await pod.store.native.upload(request, () => undefined, new AbortController().signal);
  return folder;
}

function databaseRun(pod: Pod, name: string, port: number, template: string): DatabaseRun {
  const folder = pod.path(name);
  mkdirSync(folder);
  const coord = join(folder, "coord");
  const gate = makeGate(pod, folder, template);
  const file = (more: string): string =>
    pod.write(
      `dataDir: ${join(folder, "pg")}
runtimeDirectory: ${join(folder, "run")}
serverParameters: [fsync=off, shared_buffers=16MB]
vacuum: "off"
databases:
  - name: ${name}
    port: ${port}
    destinationRepo: ${pod.store.repo}
    destinationMessage: m
    destinationLabel: ${name}
${more}`,
      name,
      "settings.yaml",
    );
  const status = (): Status =>
    JSON.parse(readFileSync(join(coord, ".status", `postgres-${name}.json`), "utf8")) as Status;
  const here = { SIDECAR_COORD_POINT: coord, ...PATIENT };
  return {
    name,
    dataFolder: join(folder, "pg", name),
    gate,
    sidecar(more = "", env = {}) {
      const binDirs = more.includes("binDirs") ? "" : `binDirs: [${gate.binDir}]\n`;
      const native = { SIDECAR_ENGINE: "native", SIDECAR_STORE: pod.store.url };
      const words = ["postgres", "--config", file(`${more}\n${binDirs}`)];
      return pod.run("datamon-sidecar", words, { ...native, ...here, ...env });
    },
    app(statement = "CREATE TABLE t AS SELECT 1 AS n") {
      const psql = `psql -qAtX -h 127.0.0.1 -p ${port} -U postgres -c "${statement}"`;
      const script = `${psql} && touch ${folder}/started && while ! [ -f ${folder}/go ]; do sleep 0.02; done`;
      const words = ["app", "--wait-for", `postgres:${name}`, "--", "sh", "-c", script];
      const message = pod.write("", `termination-${name}`);
      return pod.run("datamon-sidecar", words, { ...here, SIDECAR_TERMINATION_MESSAGE_PATH: message });
    },
    started: () => pod.until(() => existsSync(join(folder, "started")), name),
    go: () => void pod.write("", name, "go"),
    doing: (wanted) => pod.until(() => wanted.test(status().doing ?? ""), name, "coord", ".status"),
    has: (marker) => existsSync(join(coord, name, marker)),
    archived: () => archived(pod, name),
  };
}

/** A folder of programs in which some wait at a gate, and initdb copies a cluster that is there already. */
function makeGate(pod: Pod, folder: string, template: string): Gate {
  const binDir = join(folder, "bin");
  const gates = join(folder, "gates");
  for (const made of [binDir, gates]) mkdirSync(made);
  chmodSync(gates, 0o777);
  const hold = (name: Gated): string => `#!/bin/sh
case "$*" in --version|-V|*--check*) exec ${BIN_15}/${name} "$@" ;; esac
if [ -f ${gates}/closed-${name} ]; then
  touch ${gates}/reached-${name}
  while [ -f ${gates}/closed-${name} ]; do sleep 0.02; done
fi
`;
  const copy = `for word; do case $word in --pgdata=*) cp -a ${template}/. "\${word#--pgdata=}" ;; esac; done\n`;
  for (const name of readdirSync(BIN_15)) {
    if (!isGated(name)) symlinkSync(join(BIN_15, name), join(binDir, name));
  }
  const scripts = {
    initdb: hold("initdb") + copy,
    postgres: `${hold("postgres")}exec ${BIN_15}/postgres "$@"\n`,
    pg_upgrade: `${hold("pg_upgrade")}exec ${BIN_15}/pg_upgrade "$@"\n`,
  } satisfies Record<Gated, string>;
  for (const [name, text] of Object.entries(scripts))
    chmodSync(pod.write(text, folder.slice(pod.folder.length), "bin", name), 0o755);
  return {
    binDir,
    close: (name) => void pod.write("", folder.slice(pod.folder.length), "gates", `closed-${name}`),
    reached: (name) =>
      pod.until(
        () => existsSync(join(gates, `reached-${name}`)),
        folder.slice(pod.folder.length + 1),
        "gates",
      ),
    open: () => {
      for (const name of readdirSync(gates).filter((entry) => entry.startsWith("closed-")))
        rmSync(join(gates, name));
    },
  };
}

function isGated(name: string): name is Gated {
  return name === "initdb" || name === "postgres" || name === "pg_upgrade";
}

/** Downloads the bundle, which verifies every byte, and asks what it says of itself. */
async function archived(pod: Pod, label: string): Promise<"clean" | "unclean" | undefined> {
  const destination = await mkdtemp(join(tmpdir(), "proof-"));
  const { native, repo } = pod.store;
  const signal = new AbortController().signal;
  try {
    await native.download({ repo, ref: { type: "label", label }, destination }, () => undefined, signal);
    const said = parseControlData(await program(BIN_15, "pg_controldata", "-D", destination));
    const manifest = (await Bun.file(join(destination, MANIFEST)).json()) as { clean: boolean };
    return said?.state === AT_REST && manifest.clean ? "clean" : "unclean";
  } catch (error) {
    if (String(error).includes("cannot find the label")) return undefined;
    throw error;
  } finally {
    await rm(destination, { recursive: true });
  }
}
