/** What wrapper and sidecar cost by themselves, as whole processes of the built kit. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median, percentile } from "./report.ts";

const STARTS = 20;
const WAKES = 200;
const PAIRS = 15;
const IDLE_MS = 60_000;
/** The engine tidies up once after the start. */
const SETTLE_MS = 30_000;

/** Everything this file measures, on the kit in `kit`. */
export async function pairFigures(kit: string): Promise<readonly Figure[]> {
  const work = mkdtempSync(join(tmpdir(), "bench-pair-"));
  try {
    return [
      ...(await starts(kit, work)),
      ...(await wakes(kit, work)),
      ...(await pairs(kit, work)),
      ...(await idle(kit, work)),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function waiting(kit: string, directory: string, ...command: readonly string[]) {
  return Bun.spawn(
    [
      join(kit, "datamon-sidecar"),
      "app",
      "--coord-point",
      directory,
      "--wait-for",
      "files",
      "--",
      ...command,
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
}

/** Resolves with the first bytes of a stream. */
async function first(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value);
}

/** From the start of the wrapper to its word that it waits. */
async function starts(kit: string, work: string): Promise<readonly Figure[]> {
  const samples: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const began = performance.now();
    const wrapper = waiting(kit, join(work, `start-${i}`), "true");
    await first(wrapper.stderr);
    samples.push(performance.now() - began);
    wrapper.kill();
    await wrapper.exited;
  }
  return [
    {
      what: "wrapper started → waiting",
      value: median(samples),
      unit: "ms",
      bar: 20,
      note: `median of ${STARTS}`,
    },
  ];
}

/** From the marker's creation to the first output of the application it was waited for with. */
async function wakes(kit: string, work: string): Promise<readonly Figure[]> {
  const samples: number[] = [];
  for (let i = 0; i < WAKES; i++) {
    const directory = join(work, `wake-${i}`);
    const wrapper = waiting(kit, directory, "echo", "x");
    await first(wrapper.stderr);
    const began = performance.now();
    writeFileSync(join(directory, "mountdone"), "");
    await first(wrapper.stdout);
    samples.push(performance.now() - began);
    wrapper.kill("SIGKILL");
    await wrapper.exited;
  }
  const note = `${WAKES} times, start of the application included`;
  return [
    { what: "marker written → peer acts, p50", value: percentile(samples, 0.5), unit: "ms", bar: 5, note },
    { what: "marker written → peer acts, p99", value: percentile(samples, 0.99), unit: "ms", bar: 50, note },
  ];
}

/** The pair around an application that does nothing: one small download, one upload. */
async function pairs(kit: string, work: string): Promise<readonly Figure[]> {
  const command = join(kit, "datamon-sidecar");
  const store = join(work, "store");
  const run = async (...args: readonly string[]): Promise<void> => {
    const child = Bun.spawn([command, ...args], {
      stdout: "ignore",
      stderr: "inherit",
      env: { ...process.env, SIDECAR_STORE: `file://${store}` },
    });
    if ((await child.exited) !== 0)
      throw new Error(`cannot measure: datamon-sidecar ${args.join(" ")} failed`);
  };
  const input = join(work, "input");
  mkdirSync(input);
  mkdirSync(store);
  writeFileSync(join(input, "data"), "data\n");
  await run("context", "create");
  await run("repo", "create", "--repo", "bench", "--description", "bench");
  await run("bundle", "upload", "--repo", "bench", "--path", input, "--message", "in", "--label", "in");
  const samples: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const directory = join(work, `pair-${i}`);
    const settings = join(work, `pair-${i}.yaml`);
    const out = join(work, `out-${i}`);
    mkdirSync(out);
    writeFileSync(join(out, "result"), `${i}\n`);
    writeFileSync(
      settings,
      JSON.stringify({
        coordPoint: directory,
        store: `file://${store}`,
        sources: [{ name: "in", mode: "download", path: join(work, `in-${i}`), repo: "bench", label: "in" }],
        destinations: [{ name: "out", path: out, repo: "bench", label: "out", message: "out" }],
      }),
    );
    const began = performance.now();
    const sidecar = Bun.spawn([command, "files", "--config", settings], {
      stdout: "ignore",
      stderr: "ignore",
    });
    const wrapper = waiting(kit, directory, "true");
    const codes = await Promise.all([sidecar.exited, wrapper.exited]);
    samples.push(performance.now() - began);
    if (codes.some((code) => code !== 0))
      throw new Error(`cannot measure: the pair ended with ${codes.join(", ")}`);
  }
  return [
    {
      what: "the pair around a trivial application, end to end (old scripts: 7.0 s)",
      value: median(samples) / 1000,
      unit: "s",
      bar: 0.25,
      note: `one download, one upload; median of ${PAIRS}`,
    },
  ];
}

/** Memory and processor time of a wrapper that waits, its launcher included. */
async function idle(kit: string, work: string): Promise<readonly Figure[]> {
  const wrapper = waiting(kit, join(work, "idle"), "true");
  await first(wrapper.stderr);
  await Bun.sleep(SETTLE_MS);
  const family = [wrapper.pid, ...childrenOf(wrapper.pid)];
  const before = sum(family, processorMs);
  await Bun.sleep(IDLE_MS);
  const cpu = sum(family, processorMs) - before;
  const memory = sum(family, privateBytes);
  wrapper.kill();
  await wrapper.exited;
  return [
    {
      what: "waiting wrapper: private memory",
      value: memory / 1e6,
      unit: "MB",
      bar: 8,
      note: "Private_Dirty of all its processes",
    },
    {
      what: "waiting wrapper: processor time a minute",
      value: cpu,
      unit: "ms",
      bar: 20,
      note: "all threads, from half a minute after the start on",
    },
  ];
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.map(of).reduce((a, b) => a + b, 0);
}

/** Nanosecond accounting of the scheduler: `/proc/PID/stat` counts in ticks of 10 ms. */
function processorMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads
    .map(
      (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6,
    )
    .reduce((a, b) => a + b, 0);
}

function privateBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/Private_Dirty:\s+(\d+) kB/.exec(text)?.[1] ?? Number.NaN) * 1024;
}
