/** What the kit weighs, and what it adds to the start of an application. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median } from "./report.ts";

const STARTS = 30;

/** Everything this file measures, on the kit in `kit`. */
export async function kitFigures(kit: string): Promise<readonly Figure[]> {
  return [...(await kitSizes(kit)), await applicationStart(kit)];
}

/** What does not depend on the machine: bytes. Needs `zstd`. */
async function kitSizes(kit: string): Promise<readonly Figure[]> {
  return [
    {
      what: "image beyond its base, zstd -19",
      value: (await compressedBytes(kit)) / 1e6,
      unit: "MB",
      bar: 46,
      note: "the kit as a layer; the user's folder and name add some bytes",
    },
    {
      what: "launcher",
      value: statSync(join(kit, "datamon-sidecar")).size / 1000,
      unit: "kB",
      bar: 64,
      note: "static, runs in any image",
    },
  ];
}

/** Size of the kit as one compressed archive. At level 19 it takes a minute, at level 10 three seconds. */
export async function compressedBytes(kit: string, level = 19): Promise<number> {
  const script = 'tar -C "$0" --exclude=./release -c . | zstd "-$1" -T0 --quiet --stdout | wc -c';
  const child = Bun.spawn(["bash", "-o", "pipefail", "-c", script, kit, `${level}`], { stderr: "inherit" });
  const bytes = Number(await child.stdout.text());
  if ((await child.exited) !== 0) throw new Error(`cannot weigh ${kit}: is zstd installed?`);
  return bytes;
}

/** How much later an application that need not wait says its first word when the wrapper starts it. */
async function applicationStart(kit: string): Promise<Figure> {
  const work = mkdtempSync(join(tmpdir(), "bench-kit-"));
  const direct: number[] = [];
  const wrapped: number[] = [];
  try {
    for (let i = 0; i < STARTS; i++) {
      const directory = mkdtempSync(join(work, "coord-"));
      writeFileSync(join(directory, "mountdone"), ""); // from a sidecar of old
      const words = ["app", "--coord-point", directory, "--wait-for", "files", "--upload", "never"];
      direct.push(await toFirstWord(["echo", "x"]));
      wrapped.push(await toFirstWord([join(kit, "datamon-sidecar"), ...words, "--", "echo", "x"]));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return {
    what: "application through the kit, against starting it directly",
    value: median(wrapped) - median(direct),
    unit: "ms",
    bar: 25,
    note: `to the first output of \`echo\`; medians of ${STARTS}: ${median(wrapped).toFixed(1)} and ${median(direct).toFixed(1)} ms`,
  };
}

/** Milliseconds from the start of a command to its first output. */
async function toFirstWord(command: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = Bun.spawn([...command], { stdio: ["ignore", "pipe", "ignore"] });
  const reader = child.stdout.getReader();
  await reader.read();
  const elapsed = performance.now() - began;
  reader.releaseLock();
  if ((await child.exited) !== 0) throw new Error(`cannot measure: ${command.join(" ")} failed`);
  return elapsed;
}
