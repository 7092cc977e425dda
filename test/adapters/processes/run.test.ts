import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KnownError } from "../../../src/core/errors.ts";
import { failure } from "../../support/failure.ts";
import { run } from "../../../src/adapters/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sh = (script: string): readonly [string, string[]] => ["sh", ["-c", script]];

/** Whether the process runs; one that ended and waits to be reaped does not. */
function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

test("arguments arrive as they are, whatever a shell would make of them", async () => {
  const args = ["$(touch pwned)", "`id`", "a b", "", "'", '"', "\\", "*", "-n", ";", "é\n𝕏", "$'\\x41'"];
  const lines: string[] = [];
  const show = 'for a in "$@"; do printf "%s\\0" "$a"; done';
  const finished = await run("sh", ["-c", show, "sh", ...args], {
    cwd: folder,
    onLine: (l) => lines.push(l),
  });
  expect(finished.stdout.split("\0").slice(0, -1)).toEqual(args);
  expect(readdirSync(folder)).not.toContain("pwned");
});

test("an exit code other than 0 is a result that holds the end of both outputs", async () => {
  const finished = await run(...sh("echo out; echo err >&2; exit 3"));
  expect(finished).toMatchObject({
    outcome: { type: "code", code: 3 },
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
  });
});

test("a death by signal is told apart from an exit code", async () => {
  const finished = await run(...sh("kill -9 $$"));
  expect(finished.outcome).toEqual({ type: "signal", signal: 9 });
});

test("a program that is not there is named with the path it was looked for on", async () => {
  const error = await failure(run("no-such-program", [], { env: { PATH: "/usr/bin:/bin" } }));
  expect(error.kind).toBe("system");
  expect(error.message).toBe('cannot run "no-such-program": not found on PATH "/usr/bin:/bin"');
});

test("a file the system refuses to execute is an error, not a hang", async () => {
  const file = join(folder, "no-interpreter");
  writeFileSync(file, "#!/no/such/interpreter\n", { mode: 0o755 });
  await failure(run(file, []), "system");
});

test("a working directory that is not there is an error, not a hang", async () => {
  await failure(run("true", [], { cwd: join(folder, "missing") }), "system");
});

test("standard input is empty, so a program that reads it ends", async () => {
  expect((await run("cat", [])).outcome).toEqual({ type: "code", code: 0 });
});

test("variables hidden by the launcher are given back", async () => {
  const env = {
    PATH: process.env["PATH"],
    DATAMON_SIDECAR_HIDDEN_BUN_OPTIONS: "x y",
    DATAMON_SIDECAR_A: "1",
  };
  const finished = await run(...sh("printenv BUN_OPTIONS; printenv DATAMON_SIDECAR_A"), { env });
  expect(finished.stdout).toBe("x y\n");
});

test("settings for zx in the environment change nothing", async () => {
  const file = join(import.meta.dir, "../../../src/adapters/processes.ts");
  const script = `const { run } = await import(${JSON.stringify(file)}); const f = await run("echo", ["ok"]); console.log(f.stdout.trim(), JSON.stringify(f.outcome));`;
  const env = {
    ...process.env,
    ZX_PREFIX: "exit 9;",
    ZX_SHELL: "/no/shell",
    ZX_TIMEOUT: "1ms",
    ZX_VERBOSE: "true",
  };
  const finished = await run(process.execPath, ["-e", script], { env });
  expect(finished.stdout).toBe('ok {"type":"code","code":0}\n');
  expect(finished.stderr).toBe("");
});

test("an abort ends the whole group, also who ignores TERM, and leaves no process behind", async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const running = run(
    ...sh("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & echo $$; wait; wait"),
    {
      signal: abort.signal,
      grace: 20,
      onLine: (line) => {
        if (pids.push(Number(line)) === 2) abort.abort();
      },
    },
  );
  await failure(running, "stopped");
  while (pids.some(alive)) await Bun.sleep(1);
  expect(pids).toHaveLength(2);
});

test("an abort hands its own reason on", async () => {
  const reason = new KnownError("stopped", "stopped by SIGTERM");
  const abort = new AbortController();
  const running = run("sleep", ["60"], { signal: abort.signal, onStart: () => abort.abort(reason) });
  expect(await failure(running)).toBe(reason);
});

test("nothing is started once the signal has aborted", async () => {
  const file = join(folder, "started");
  await failure(run("touch", [file], { signal: AbortSignal.abort() }), "stopped");
  expect(readdirSync(folder)).not.toContain("started");
});

test("a command that outlives its timeout ends and says so", async () => {
  const finished = await run("sleep", ["60"], { timeout: 20 });
  expect(finished).toMatchObject({ timedOut: true, outcome: { type: "signal", signal: 15 } });
});

test("a daemon left behind by the command does not keep it from ending", async () => {
  const finished = await run(...sh("sleep 60 & echo $!; exit 0"));
  const daemon = Number(finished.stdout);
  expect(alive(daemon)).toBe(true);
  process.kill(daemon, "SIGKILL");
});

test("all output goes to the log file and only its end is kept", async () => {
  const logFile = join(folder, "logs", "big.log");
  const finished = await run(
    ...sh("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; echo last >&2"),
    { logFile },
  );
  const log = readFileSync(logFile, "utf8");
  expect(log).toContain("line 0\n");
  expect(log).toContain("line 1999\n");
  expect(finished.stdout).toHaveLength(4096);
  expect(finished.stdout).toEndWith("line 1999\n");
  expect(finished.stderr).toBe("last\n");
});

test("a log file is bounded however much is printed, and holds the end", async () => {
  const logFile = join(folder, "huge.log");
  await run(...sh("head -c 40000000 /dev/zero; echo end"), { logFile });
  const size = statSync(logFile).size + statSync(`${logFile}.1`).size;
  expect(size).toBeLessThan(17 * 1024 * 1024);
  expect(readFileSync(logFile).subarray(-4).toString()).toBe("end\n");
});

test("a log file that cannot be written does not stop the command", async () => {
  const finished = await run("echo", ["ok"], { logFile: "/proc/no/such/place.log" });
  expect(finished).toMatchObject({ stdout: "ok\n", logFile: undefined });
});

test("endless output without a line end stays within bounded memory", async () => {
  const file = join(import.meta.dir, "../../../src/adapters/processes.ts");
  // In a process of its own: what other tests have taken is not counted.
  const script = `
    const { run } = await import(${JSON.stringify(file)});
    let longest = 0;
    let length = 0;
    const onLine = (line) => {
      longest = Math.max(longest, line.length);
      length += line.length;
    };
    await run("head", ["-c", "300000000", "/dev/zero"], { onLine });
    // Not getrusage's peak: that one counts what the parent had before the exec.
    const [, peak] = /VmHWM:\\s+(\\d+) kB/.exec(await Bun.file("/proc/self/status").text());
    console.log(JSON.stringify({ longest, length, peak: Number(peak) * 1024 }));`;
  const { stdout } = await run(process.execPath, ["-e", script]);
  const { longest, length, peak } = JSON.parse(stdout) as Record<string, number>;
  expect(longest).toBeLessThanOrEqual(128 * 1024);
  expect(length).toBe(300_000_000);
  expect(peak).toBeLessThan(300_000_000);
});

test("zx is loaded with the first command, not before", async () => {
  const file = join(import.meta.dir, "../../../src/adapters/processes.ts");
  const script = `
    const loaded = () => Object.keys(require.cache).some((path) => path.includes("/zx/"));
    const { run } = await import(${JSON.stringify(file)});
    const before = loaded();
    await run("true", []);
    console.log(before, loaded());`;
  expect((await run(process.execPath, ["-e", script])).stdout).toBe("false true\n");
});
