import { KnownError } from "./errors.ts";

/** The application could not be started. Its exit code is the shell's: 127 not found, 126 not executable. */
export class NotStarted extends KnownError {
  readonly exitCode: number;

  constructor(exitCode: number, reason: string) {
    super("system", `cannot start the application: ${reason}`, {
      remedy: "check the command after -- and that the image holds it",
    });
    this.name = "NotStarted";
    this.exitCode = exitCode;
  }
}
