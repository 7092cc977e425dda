/**
 * The native engine against `cp -r` and `b2sum` on the same files, on the same disk, in one run. File systems and
 * neighbours are moody, so each side is run several times in turn and its best time counts.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createContext, openCatalogue } from "../../src/adapters/engines/native/catalogue.ts";
import { openStore } from "../../src/adapters/store/open.ts";

export interface Measure {
  readonly what: string;
  /** What is held against the bar. */
  readonly value: number;
  readonly unit: "×" | "MB";
  readonly bar: number;
  /** The figures behind it. */
  readonly note: string;
}

const MB = 1024 * 1024;
const ROUNDS = 3;
const CHILD = join(import.meta.dir, "transfer-child.ts");

/** 2 GB in eight files: download against `cp -r` and `b2sum`, upload against the same. */
export async function largeFiles(bytes = 2048 * MB): Promise<Measure[]> {
  return inScratch(async (scratch) => {
    const source = join(scratch, "source");
    for (let i = 0; i < 8; i++) writeRandom(join(source, `${i}.bin`), bytes / 8);
    const files = readdirSync(source).map((name) => join(scratch, "copy", name));
    const plain: number[] = [];
    const up: number[] = [];
    const down: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const copied = await seconds(["cp", "-r", source, join(scratch, "copy")]);
      plain.push(copied + (await seconds(["b2sum", ...files])));
      rmSync(join(scratch, "copy"), { recursive: true });
      const store = await emptyStore(scratch, `store-${round}`);
      up.push(await seconds(child("upload", store, source)));
      down.push(await seconds(child("download", store, join(scratch, "fetched"))));
      rmSync(join(scratch, "fetched"), { recursive: true });
      rmSync(join(scratch, `store-${round}`), { recursive: true });
    }
    const size = `${Math.round(bytes / MB)} MB`;
    return [
      ratio(`verified download of ${size} in large files against cp -r and b2sum`, down, plain, 1.2),
      ratio(`upload of the same to an empty store, against the same`, up, plain, 1.5),
    ];
  });
}

/** 50,000 files of 1 kB in a hundred folders. */
export async function smallFiles(count = 50_000): Promise<Measure[]> {
  return inScratch(async (scratch) => {
    const source = join(scratch, "source");
    for (let i = 0; i < count; i++) writeRandom(join(source, `${i % 100}`, `${i}.bin`), 1000);
    const store = await emptyStore(scratch, "store");
    await seconds(child("upload", store, source));
    const plain: number[] = [];
    const down: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      plain.push(await seconds(["cp", "-r", source, join(scratch, `copy-${round}`)]));
      down.push(await seconds(child("download", store, join(scratch, `fetched-${round}`))));
    }
    return [ratio(`download of ${count} files of 1 kB against cp -r`, down, plain, 3)];
  });
}

/** Peak memory of a download and an upload of 1 GB and of 10 GB, in files of 512 MB. */
export async function memory(): Promise<Measure[]> {
  const peaks: Record<string, number[]> = { upload: [], download: [] };
  for (const files of [2, 20]) {
    await inScratch(async (scratch) => {
      const source = join(scratch, "source");
      for (let i = 0; i < files; i++) writeRandom(join(source, `${i}.bin`), 512 * MB);
      const store = await emptyStore(scratch, "store");
      peaks["upload"]?.push(await peakMb(child("upload", store, source)));
      rmSync(source, { recursive: true });
      peaks["download"]?.push(await peakMb(child("download", store, join(scratch, "fetched"))));
    });
  }
  return Object.entries(peaks).flatMap(([verb, [one = 0, ten = 0]]) => [
    {
      what: `${verb}: peak memory for 10 GB`,
      value: ten,
      unit: "MB",
      bar: 150,
      note: `${one.toFixed(0)} MB for 1 GB`,
    },
    {
      what: `${verb}: peak memory for 10 GB against 1 GB`,
      value: ten / one,
      unit: "×",
      bar: 1.1,
      note: `${ten.toFixed(0)} MB : ${one.toFixed(0)} MB`,
    },
  ]);
}

function ratio(what: string, ours: readonly number[], theirs: readonly number[], bar: number): Measure {
  const [a, b] = [Math.min(...ours), Math.min(...theirs)];
  return { what, value: a / b, unit: "×", bar, note: `${a.toFixed(2)} s : ${b.toFixed(2)} s` };
}

function child(verb: "upload" | "download", store: string, path: string): string[] {
  return [process.execPath, CHILD, verb, store, path];
}

/** Everything that waits to be written to disk is written first, so that nobody pays for what ran before. */
async function seconds(argv: readonly string[]): Promise<number> {
  await run(["sync"]);
  const begin = performance.now();
  await run(argv);
  return (performance.now() - begin) / 1000;
}

async function peakMb(argv: readonly string[]): Promise<number> {
  const ended = await run(argv);
  // Kilobytes are what getrusage(2) counts in; Bun hands out bytes.
  return (ended.resourceUsage()?.maxRSS ?? Number.NaN) / MB;
}

async function run(argv: readonly string[]): Promise<Bun.Subprocess> {
  const running = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  const code = await running.exited;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return running;
}

async function emptyStore(scratch: string, name: string): Promise<string> {
  mkdirSync(join(scratch, name));
  const url = `file://${join(scratch, name)}`;
  const context = {
    name: "dev",
    wal: "wal",
    readlog: "readlog",
    blob: "blob",
    metadata: "meta",
    vmetadata: "vmeta",
  };
  await createContext(openStore(url), "config", context);
  const { catalogue } = await openCatalogue(openStore(url), "config", "dev");
  await catalogue.createRepo({
    name: "bench",
    description: "bench",
    timestamp: "2026-01-01T00:00:00Z",
    contributor: { name: "bench", email: "bench@example.org" },
  });
  return url;
}

function writeRandom(path: string, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, "w");
  const block = new Uint8Array(Math.min(bytes, 64 * 1024));
  for (let written = 0; written < bytes;) {
    crypto.getRandomValues(block);
    written += writeSync(fd, block, 0, Math.min(block.length, bytes - written));
  }
  closeSync(fd);
}

async function inScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(process.env["BENCH_SCRATCH"] ?? tmpdir(), "transfers-"));
  try {
    return await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const [name, measure] of Object.entries({ largeFiles, smallFiles, memory })) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const { what, value, unit, bar, note } of await measure()) {
      console.log(
        `${value <= bar ? "ok  " : "MISS"} ${value.toFixed(2)} ${unit} (bar ${bar} ${unit}) ${what}: ${note}`,
      );
    }
  }
}
