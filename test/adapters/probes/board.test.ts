import { expect, test } from "bun:test";
import { Board } from "../../../src/adapters/probes/board.ts";
import { serveAnswers } from "../../../src/adapters/probes/server.ts";
import type { Status } from "../../../src/core/status.ts";
import type { Coordination } from "../../../src/ports.ts";
import { status as statusOf } from "../../core/observations.ts";
import { createFakeClock } from "../../fakes/clock.ts";

function stage(...participants: string[]) {
  const clock = createFakeClock();
  const program = { version: "1", commit: "c" };
  const board = new Board({ participants, silenceTimeout: 30_000, clock, program });
  const inner = {
    run: "r",
    publish: (status: Status) => void published.push(status),
  } as unknown as Coordination;
  const published: Status[] = [];
  const noted = board.noting(inner);
  const publish = (status: Status): void => noted.publish(status);
  const oks = () =>
    Object.fromEntries(
      ["startup", "readiness", "liveness"].map((path) => [path, board.answer(`/${path}`)?.ok]),
    );
  return { board, clock, publish, published, oks };
}

test("a process has begun when all of its participants have, and is ready when all are", () => {
  const { publish, oks } = stage("files", "postgres-db");
  publish(statusOf("files", "ready"));
  expect(oks()).toEqual({ startup: false, readiness: false, liveness: false });
  publish(statusOf("postgres-db", "preparing"));
  expect(oks()).toEqual({ startup: true, readiness: false, liveness: true });
  publish(statusOf("postgres-db", "ready"));
  expect(oks()).toEqual({ startup: true, readiness: true, liveness: true });
});

test("what is published is handed on, and counts as a sign of life only once that has worked", () => {
  const { board, clock, publish, published, oks } = stage("files");
  publish(statusOf("files", "ready"));
  expect(published).toHaveLength(1);
  const full = board.noting({
    publish: () => {
      throw new Error("full");
    },
  } as unknown as Coordination);
  clock.advance(30_001);
  expect(() => full.publish(statusOf("files", "ready"))).toThrow("full");
  expect(oks().liveness).toBe(false);
  publish(statusOf("files", "ready"));
  expect(oks().liveness).toBe(true);
});

test("a participant that is done stays ready and alive for as long as the process stays", () => {
  const { clock, publish, oks } = stage("files");
  publish(statusOf("files", "done"));
  clock.advance(1_000_000);
  expect(oks()).toEqual({ startup: true, readiness: true, liveness: true });
});

test("progress is handed on, and its last figures are told", () => {
  const { board } = stage("files");
  const seen: number[] = [];
  const report = board.measuring("files", "download in", ({ bytes }) => void seen.push(bytes));
  report({ files: 1, totalFiles: 2, bytes: 10, totalBytes: 20 });
  report({ files: 2, totalFiles: 2, bytes: 20, totalBytes: 20 });
  expect(seen).toEqual([10, 20]);
  expect(board.answer("/metrics")?.text).toContain(
    'datamon_sidecar_transferred_bytes_total{participant="files",transfer="download in"} 20\n',
  );
});

test("over HTTP a good answer is 200, a bad one 503 with its reason, another path 404", async () => {
  const { board, publish } = stage("files");
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const stop = serveAnswers({ host: "127.0.0.1", port }, (path) => board.answer(path));
  try {
    const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
    const bad = await get("/readiness?verbose");
    expect([bad.status, await bad.text()]).toEqual([503, "files has not begun\n"]);
    publish(statusOf("files", "ready"));
    expect((await get("/readiness")).status).toBe(200);
    expect((await get("/healthz")).status).toBe(404);
    expect((await get("/readiness", { method: "POST" })).status).toBe(405);
    const metrics = await get("/metrics");
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(() => serveAnswers({ host: "127.0.0.1", port }, () => undefined)).toThrow("the port is taken");
  } finally {
    stop();
  }
});
