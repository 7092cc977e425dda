import { writeSync } from "node:fs";
import { completeLines, parseControlMessage, type ControlMessage } from "../core/control.ts";
import { KnownError, systemCode } from "../core/errors.ts";
import type { Outcome } from "../core/exit-codes.ts";
import { NotStarted } from "../core/not-started.ts";
import type { Application } from "../ports.ts";

const SIGKILL = 9;

/**
 * The application that starts at `argv[firstArgument]` of the launcher (0 is the name it was called by, so
 * `process.argv[2]` is 1). The launcher starts it, signals it and reaps it, and keeps every byte of its
 * arguments and environment; we only speak with it over the socket `control`.
 *
 * Errors: `usage` when no launcher started us (`control` is undefined).
 */
export function createApplication(control: number | undefined, firstArgument: number): Application {
  if (control === undefined) {
    throw new KnownError(
      "usage",
      "cannot wrap an application: this process was not started by the launcher",
      {
        remedy: "call datamon-sidecar or wrap_application.sh, not the program in its lib folder",
      },
    );
  }
  const started = Promise.withResolvers<{ pid: number }>();
  const ended = Promise.withResolvers<Outcome>();
  // Both may fail before anybody asks for them.
  started.promise.catch(() => {});
  ended.promise.catch(() => {});
  let alive = false; // as far as we know: from the moment we ask for it
  let group: number | undefined;

  const hear = (message: ControlMessage): void => {
    switch (message.type) {
      case "started":
        group = message.pid;
        started.resolve({ pid: message.pid });
        return;
      case "failed":
        alive = false;
        started.reject(new NotStarted(message.exitCode, message.reason));
        return;
      case "ended":
        alive = false;
        ended.resolve(message.outcome);
    }
  };
  const lose = (cause?: unknown): void => {
    // The application itself dies with the launcher; the rest of its group is left to us.
    if (alive && group !== undefined) killGroup(group);
    alive = false;
    const lost = new KnownError("bug", "lost the launcher, which supervises the application", { cause });
    started.reject(lost);
    ended.reject(lost);
  };
  listen(control, hear).then(() => lose(), lose);

  return {
    start() {
      alive = true;
      say(control, `start ${firstArgument}`, lose);
      return started.promise;
    },
    signal(number) {
      // Not only once it is known to run: a signal may overtake the word that it has started.
      if (alive) say(control, `signal ${number}`, lose);
    },
    ended: ended.promise,
  };
}

/** Bun reads a socket pair through `Bun.file` alone; `net.Socket` does not take its descriptor. */
async function listen(control: number, hear: (message: ControlMessage) => void): Promise<void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const bytes of Bun.file(control).stream()) {
    const { lines, rest } = completeLines(pending + decoder.decode(bytes, { stream: true }));
    pending = rest;
    for (const line of lines) {
      const message = parseControlMessage(line);
      if (message !== undefined) hear(message);
    }
  }
}

function say(control: number, line: string, lose: (cause: unknown) => void): void {
  try {
    writeSync(control, `${line}\n`);
  } catch (error) {
    if (systemCode(error) !== "EPIPE") throw error;
    lose(error);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, SIGKILL);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}
