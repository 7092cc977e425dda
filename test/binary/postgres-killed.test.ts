import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import type { Container } from "../support/container.ts";
import {
  type DatabasePod,
  type DatabaseRun,
  makeDatabasePod,
  PREPARED,
  PREPARED_13,
} from "../support/database-pod.ts";
import { requirePart } from "../support/parts.ts";
import { BIN_13, has15, LIBRARIES_13, postmasterPid, serverProcess } from "../support/postgres.ts";

const canRun = has15 && requirePart("root");
const has13 = requirePart("Postgres 13 (scripts/fetch-postgres-13)");
/** A machine that is busy with other things is no failure. */
const LIMIT = 180_000;
let databases: DatabasePod;
beforeAll(async () => {
  if (canRun) databases = await makeDatabasePod(has13);
}, 60_000);
afterAll(() => databases?.remove(), 60_000);

/** A phase that lasts for as long as the test wants. */
interface Held {
  /** More of the database's settings. */
  readonly settings?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether the attempt after the death has these settings, too. */
  readonly again?: boolean;
  /** Resolves in the middle of the phase. */
  readonly reached: () => Promise<void>;
  /** Lets those go on who were held and live. */
  readonly release?: () => void;
}

/** How to hold a database in each phase of its life. */
const PHASES = {
  downloading: () => {
    const gate = datamonGate("download");
    return {
      settings: `    sourceRepo: ${databases.pod.store.repo}\n    sourceLabel: ${PREPARED}`,
      env: { ...gate.env, SIDECAR_ENGINE: "datamon" },
      again: true,
      reached: gate.reached,
      release: gate.open,
    };
  },
  initialising: (run) => gated(run, "initdb"),
  starting: (run) => gated(run, "postgres"),
  upgrading: (run) => {
    run.gate.close("pg_upgrade");
    return {
      settings: `    sourceRepo: ${databases.pod.store.repo}
    sourceLabel: ${PREPARED_13}
    upgrade: auto
    upgradeMode: link
binDirs: [${BIN_13}, ${run.gate.binDir}]`,
      env: { LD_LIBRARY_PATH: LIBRARIES_13 },
      again: true,
      reached: () => run.gate.reached("pg_upgrade"),
      release: () => run.gate.open(),
    };
  },
  serving: (run) => ({ reached: () => run.started() }),
  vacuuming: (run) => ({
    // So slow that it takes minutes.
    settings:
      '    vacuum: "on"\n    serverParameters: [fsync=off, vacuum_cost_delay=100, vacuum_cost_limit=1]',
    reached: () => ending(run, /^VACUUM of/),
  }),
  "writing everything to disk": (run) => frozen(run, "checkpointer", /to disk$/),
  stopping: (run) => frozen(run, "walwriter", /^stopping/),
  uploading: (run) => ({ reached: () => ending(run, /^uploading/) }),
  "uploading by the datamon command": (run) => {
    const gate = datamonGate("upload");
    const reached = async (): Promise<void> => {
      await run.started();
      run.go();
      await gate.reached();
    };
    return { env: { ...gate.env, SIDECAR_ENGINE: "datamon" }, reached, release: gate.open };
  },
} satisfies Record<string, (run: DatabaseRun) => Held>;
type Phase = keyof typeof PHASES;

/** Each case waits for its own command. */
function datamonGate(verb: "download" | "upload"): ReturnType<DatabasePod["pod"]["gated"]> {
  rmSync(databases.pod.path("gate-reached"), { force: true });
  return databases.pod.gated(verb);
}

function gated(run: DatabaseRun, program: "initdb" | "postgres"): Held {
  run.gate.close(program);
  return { reached: () => run.gate.reached(program), release: () => run.gate.open() };
}

/** The application is done, and its database as far as that. */
async function ending(run: DatabaseRun, doing: RegExp): Promise<void> {
  await run.started();
  run.go();
  await run.doing(doing);
}

/** One process of the server stands still, which keeps what needs it. */
function frozen(run: DatabaseRun, role: string, doing: RegExp): Held {
  let pid = 0;
  return {
    reached: async () => {
      await run.started();
      pid = await serverProcess(run.dataFolder, role);
      process.kill(pid, "SIGSTOP");
      run.go();
      await run.doing(doing);
    },
    release: () => signal(pid, "SIGCONT"),
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It was killed with the others.
  }
}

/** Kills the sidecar's own process; what it had started lives on. */
async function killAlone(sidecar: Container): Promise<void> {
  const parentOf = (pid: number): number =>
    Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const launcher = sidecar.processes().find((pid) => parentOf(pid) === process.pid);
  const brain = sidecar.processes().find((pid) => parentOf(pid) === launcher);
  if (brain === undefined) throw new Error("no sidecar lives");
  process.kill(brain, "SIGKILL");
  expect(await sidecar.exit()).toBe(137);
}

/** Resolves once nothing lives of what they had started; a gate's own `sleep` may outlive it for a moment. */
async function nobodyLeft(...containers: readonly Container[]): Promise<void> {
  await databases.pod.until(() => containers.every((container) => container.processes().length === 0));
}

const restartable = (Object.keys(PHASES) as Phase[]).filter(
  (phase) => phase !== "serving" && (has13 || phase !== "upgrading"),
);

for (const how of ["with everything it had started", "alone"] as const) {
  test.skipIf(!canRun).each(restartable)(
    `a sidecar that is killed ${how} while %s archives the database once it is started again`,
    async (phase) => {
      const run = await databases.run();
      const held: Held = PHASES[phase](run);
      const first = run.sidecar(held.settings, held.env);
      const app = run.app();
      await held.reached();
      expect(run.has("dbuploaddone")).toBe(false);
      await (how === "alone" ? killAlone(first) : first.destroy());
      held.release?.();
      run.go();
      const second = held.again === true ? run.sidecar(held.settings, held.env) : run.sidecar();
      expect([await app.exit(), await second.exit()]).toEqual([0, 0]);
      expect(await run.archived()).toBe("clean");
      await nobodyLeft(first, second);
    },
    LIMIT,
  );

  test.skipIf(!canRun)(
    `a sidecar that is killed ${how} while serving fails, when it is started again, for the application's connections are gone`,
    async () => {
      const run = await databases.run();
      const first = run.sidecar();
      const app = run.app();
      await run.started();
      await (how === "alone" ? killAlone(first) : first.destroy());
      const second = run.sidecar();
      expect([await app.exit(), await second.exit()]).toEqual([69, 71]);
      expect(second.errors.join()).toContain("was killed and started again while the application was using");
      expect(run.has("dbuploaddone")).toBe(false);
      expect(await run.archived()).toBeUndefined();
      await nobodyLeft(first, second);
    },
    LIMIT,
  );
}

const withServer = ["starting", "serving", "vacuuming", "writing everything to disk", "stopping"] as const;

test.skipIf(!canRun).each(withServer)(
  "a postmaster that is killed while %s ends the run with its last words, and nothing is archived",
  async (phase) => {
    const run = await databases.run();
    const held: Held = PHASES[phase](run);
    const sidecar = run.sidecar(held.settings, held.env);
    const app = run.app();
    await held.reached();
    process.kill(
      phase === "starting" ? sidecar.process("bin/postgres -D") : await postmasterPid(run.dataFolder),
      "SIGKILL",
    );
    held.release?.();
    expect([await app.exit(), await sidecar.exit()]).toEqual([69, 71]);
    expect(sidecar.errors.join()).toMatch(/Postgres server of database "db\d+" ended/);
    expect(databases.pod.terminationMessage(run.name)).toMatch(/Postgres server of database "db\d+" ended/);
    expect(run.has("dbuploaddone")).toBe(false);
    expect(await run.archived()).toBeUndefined();
    await nobodyLeft(sidecar);
  },
  LIMIT,
);

test.skipIf(!canRun)(
  "a backend that is killed while vacuuming ends the run, and nothing is archived",
  async () => {
    const run = await databases.run();
    const held: Held = PHASES.vacuuming(run);
    const sidecar = run.sidecar(held.settings);
    const app = run.app();
    await held.reached();
    process.kill(await serverProcess(run.dataFolder, "VACUUM"), "SIGKILL");
    expect([await app.exit(), await sidecar.exit()]).toEqual([69, 71]);
    expect(run.has("dbuploaddone")).toBe(false);
    expect(await run.archived()).toBeUndefined();
    await nobodyLeft(sidecar);
  },
  LIMIT,
);

test.skipIf(!canRun)(
  "a datamon command that is killed in the upload ends the run, and nothing is said to be archived",
  async () => {
    const run = await databases.run();
    const held: Held = PHASES["uploading by the datamon command"](run);
    const sidecar = run.sidecar("", held.env);
    const app = run.app();
    await held.reached();
    process.kill(sidecar.process("gated-datamon"), "SIGKILL");
    held.release?.();
    expect([await app.exit(), await sidecar.exit()]).toEqual([69, 74]);
    expect(sidecar.errors.join()).toContain("SIGKILL");
    expect(run.has("dbuploaddone")).toBe(false);
    expect(await run.archived()).toBeUndefined();
  },
  LIMIT,
);
