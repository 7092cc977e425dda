/** Databases for the runs: a bundle to start from, and what Postgres itself says of one that was made. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePod } from "../../test/support/pod.ts";
import { BASE_LABEL, startDatabase, startWrapper } from "./containers.ts";
import type { Plan } from "./plan.ts";
import type { Content } from "./store.ts";

const BIN = "/usr/lib/postgresql/15/bin";

/** However busy the machine is: of this one nothing is to be learnt. */
const PATIENT = {
  SIDECAR_START_TIMEOUT: "2m",
  SIDECAR_SILENCE_TIMEOUT: "1m",
  SIDECAR_APPLICATION_TIMEOUT: "2m",
  SIDECAR_UPLOAD_TIMEOUT: "2m",
};

/** A store, made once in each process, with a database of a thousand rows. */
let base: Promise<string> | undefined;

/** Copies a store with a database into `folder`, which is a store of the same repository. */
export async function addDatabase(folder: string): Promise<void> {
  base ??= makeBase();
  // Links: a store never changes a blob, it replaces it.
  const { success, stderr } = Bun.spawnSync(["cp", "-alf", `${await base}/.`, folder]);
  if (!success) throw new Error(`cannot copy the database: ${stderr.toString()}`);
}

export async function removeBase(): Promise<void> {
  if (base !== undefined) rmSync(await base, { recursive: true });
  base = undefined;
}

async function makeBase(): Promise<string> {
  const pod = await makePod();
  const port = freePort();
  const plan: Plan = {
    seed: 0,
    mode: "postgres",
    restored: false,
    old: "none",
    oldNames: false,
    exitCode: 0,
    applicationTime: 0,
    gap: 0,
    upload: "on-success",
    faults: [],
    restarts: 0,
    restartAfter: 0,
  };
  const database = startDatabase(plan, pod, port, BASE_LABEL, PATIENT);
  const application = startWrapper(plan, pod, port, PATIENT);
  const codes = [await application.exit(), await database.exit()];
  if (codes.some((code) => code !== 0)) throw new Error(`cannot make a database:\n${database.text()}`);
  const folder = mkdtempSync(join(tmpdir(), "base-"));
  Bun.spawnSync(["cp", "-a", `${pod.store.folder}/.`, folder]);
  await pod.remove();
  return folder;
}

/** What Postgres itself says of the data in a bundle. */
export function databaseState(content: Content): string {
  const folder = mkdtempSync(join(tmpdir(), "control-"));
  try {
    mkdirSync(join(folder, "global"));
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
