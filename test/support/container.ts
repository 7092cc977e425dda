import { readdirSync, readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { linesOf } from "./lines.ts";

/** One line of a participant's log. */
export interface LogLine {
  readonly level?: string;
  readonly participant?: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

const MARK = "TEST_CONTAINER";

/**
 * A program with everything it starts, killed as the kernel kills a container: all of it at once. Its processes are
 * known by a variable that they inherit.
 */
export class Container {
  readonly #mark = randomUUID();
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #waiting = new Set<() => void>();
  readonly #heard: Promise<void>;
  /** Everything on standard error so far: JSON records, and what is none as a bare message. */
  readonly log: LogLine[] = [];
  output = "";
  #over = false;

  constructor(command: readonly string[], env: Readonly<Record<string, string | undefined>>, cwd: string) {
    this.#child = Bun.spawn([...command], {
      cwd,
      env: { ...process.env, ...env, [MARK]: this.#mark },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#heard = Promise.all([this.#hearLog(), this.#hearOutput()]).then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** The exit code, 128+n for a signal, once it has ended and everything it wrote was heard. */
  async exit(): Promise<number> {
    const code = await this.#child.exited;
    await this.#heard;
    return code;
  }

  /** The first log line whose message is, begins with, or matches `wanted`. Rejects when it ends without. */
  async says(wanted: string | RegExp, participant?: string): Promise<LogLine> {
    const fits = (line: LogLine): boolean =>
      (participant === undefined || line.participant === participant) &&
      (typeof wanted === "string" ? line.message === wanted : wanted.test(line.message));
    for (;;) {
      const found = this.log.find(fits);
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`ended without saying ${String(wanted)}:\n${this.text()}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Messages of level error. */
  get errors(): string[] {
    return this.log.flatMap(({ level, message }) => (level === "error" ? [message] : []));
  }

  text(): string {
    return this.log.map(({ level, message }) => `${level ?? "-"} ${message}`).join("\n");
  }

  /** Sends a signal to the first process, as a container runtime does. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Sends a signal to every process. */
  signalAll(name: NodeJS.Signals): void {
    for (const pid of this.processes()) kill(pid, name);
  }

  /** Ends everything at once: nobody gets to react to the end of another. */
  async destroy(): Promise<void> {
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) {
      for (const pid of pids) kill(pid, "SIGSTOP");
      for (const pid of pids) kill(pid, "SIGKILL");
      await Bun.sleep(1);
    }
    await this.exit();
  }

  /** Process ids of everything that it started and that lives. */
  processes(): number[] {
    const mark = `${MARK}=${this.#mark}`;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(mark))
      .map(Number);
  }

  /** Of `processes`, those that are there after two seconds: on a busy machine one that was just killed takes a moment to go. */
  async leftOver(): Promise<number[]> {
    for (let wait = 0; wait < 80 && this.processes().length > 0; wait++) await Bun.sleep(25);
    return this.processes();
  }

  /** The living process whose command line holds `part`. */
  process(part: string): number {
    const found = this.processes().find((pid) =>
      read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").includes(part),
    );
    if (found === undefined) throw new Error(`no process of "${part}" lives`);
    return found;
  }

  async #hearLog(): Promise<void> {
    const lines = linesOf(this.#child.stderr);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      this.log.push(parse(line));
      this.#wake();
    }
  }

  async #hearOutput(): Promise<void> {
    this.output = await this.#child.stdout.text();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { message: line };
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended meanwhile
  }
}
