import { isatty } from "node:tty";
import { type ConsolaReporter, createConsola, LogLevels } from "consola/core";
import type { Environment } from "../core/child-environment.ts";
import { jsonLine, type LogRecord, prettyLine } from "../core/log.ts";
import type { Log, LogFields, LogLevel } from "../ports.ts";
import { writeAll } from "./output.ts";

const STDERR = 2;

/** Back to the first column and clear: a progress bar may stand on the line. */
export const CLEAR_LINE = "\r\u001b[K";

export interface LogOptions {
  /** `auto`: pretty on a terminal, JSON otherwise. */
  readonly format: "auto" | "pretty" | "json";
  readonly level: LogLevel;
  readonly participant: string;
  readonly fd?: number;
  /** Only `NO_COLOR` and `TERM` are looked at. */
  readonly env?: Environment;
}

/** Whether a person looks at `fd`. */
export function isTerminal(fd: number = STDERR): boolean {
  return isatty(fd);
}

function mayColour(env: Environment): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

function levelOf(type: string): LogLevel {
  return type === "debug" || type === "warn" || type === "error" ? type : "info";
}

function reporter(options: LogOptions): ConsolaReporter {
  const fd = options.fd ?? STDERR;
  const terminal = isTerminal(fd);
  const pretty = options.format === "pretty" || (options.format === "auto" && terminal);
  const colour = pretty && terminal && mayColour(options.env ?? process.env);
  const clear = pretty && terminal ? CLEAR_LINE : "";
  return {
    log: ({ date, type, args }) => {
      const [message, fields] = args as [string, LogFields?];
      const level = levelOf(type);
      const record: LogRecord = {
        time: date,
        level,
        participant: options.participant,
        message,
        fields: fields ?? {},
      };
      try {
        writeAll(fd, `${clear}${pretty ? prettyLine(record, colour) : jsonLine(record)}\n`);
      } catch {
        // A terminal that hung up or a full disk behind standard error must not end the work that is logged.
      }
    },
  };
}

/**
 * A log on standard error whose every record is written when the call returns. consola's core obeys no variable
 * of the environment, unlike its other entries (`CONSOLA_LEVEL`, `DEBUG`, `CI`, `TEST`), which belong to the application.
 */
export function createLog(options: LogOptions): Log {
  const consola = createConsola({
    level: LogLevels[options.level],
    reporters: [reporter(options)],
    // Repeated records are facts too: consola would hold them back and print them later from a timer.
    throttle: 0,
  });
  return {
    debug: (message, fields) => consola.debug(message, fields),
    info: (message, fields) => consola.info(message, fields),
    warn: (message, fields) => consola.warn(message, fields),
    error: (message, fields) => consola.error(message, fields),
  };
}
