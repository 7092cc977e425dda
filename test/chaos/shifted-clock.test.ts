import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShiftedClock } from "../../scripts/chaos/shifted-clock.ts";
import { compiledKit } from "../support/kit.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "clock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a program of the kit takes for the time, seconds since 1970. */
async function timeIn(clock: ShiftedClock): Promise<number> {
  const child = Bun.spawn(
    [
      join(clock.kit, "datamon-sidecar"),
      "app",
      "--wait-for",
      "files",
      "--start-timeout",
      "1ms",
      "--",
      "true",
    ],
    {
      env: {
        ...process.env,
        ...clock.env,
        SIDECAR_COORD_POINT: join(folder, "coord"),
        SIDECAR_LOG_FORMAT: "json",
      },
      stderr: "pipe",
    },
  );
  const [line = ""] = (await child.stderr.text()).split("\n");
  return Date.parse((JSON.parse(line) as { time: string }).time) / 1000;
}

test("the clock of a kit is where it was set, forwards and backwards", async () => {
  const clock = new ShiftedClock(await compiledKit(), join(folder, "kit"));
  const YEAR = 365 * 24 * 3600;
  for (const shift of [0, YEAR, -YEAR]) {
    clock.shift(shift);
    const before = Math.floor(Date.now() / 1000) + shift;
    const seen = await timeIn(clock);
    // A program that starts and ends within the hour, on however busy a machine.
    expect(seen).toBeGreaterThanOrEqual(before);
    expect(seen).toBeLessThan(before + 3600);
  }
});
