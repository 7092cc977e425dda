import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/adapters/clock.ts";
import { openDirectory } from "../../src/adapters/coordination/directory.ts";
import { KnownError } from "../../src/core/errors.ts";
import type { Peer } from "../../src/core/participants.ts";
import type { LogLevel } from "../../src/ports.ts";
import { tellFailure } from "../../src/roles/tell-failure.ts";

const PEER: Peer = { kind: "files" };

test("a sidecar that fails before its life begins is seen to have failed, and later attempts count on", () => {
  const directory = mkdtempSync(join(tmpdir(), "tell-"));
  const warned: string[] = [];
  const write =
    (level: LogLevel) =>
    (message: string): unknown =>
      warned.push(`${level} ${message}`);
  const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const open = (participant: string) =>
    openDirectory({ directory, participant, peers: [PEER], identity: "run", clock: systemClock });
  const signals = () => () => undefined;
  const error = new KnownError("configuration", "cannot build it");
  for (const attempt of [1, 2]) {
    tellFailure(PEER, error, { coordination: open("files"), clock: systemClock, log, signals });
    expect(open("app").look().peers["files"]?.status).toMatchObject({
      phase: "failed",
      attempt,
      failure: { phase: "preparing", cause: "cannot build it", exitCode: 78 },
    });
  }
  const lost = open("files");
  rmSync(directory, { recursive: true });
  tellFailure(PEER, error, { coordination: lost, clock: systemClock, log, signals });
  expect(warned).toEqual(["warn cannot tell the others of the failure"]);
});
