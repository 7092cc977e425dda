/** A program that runs one of our commands as `main` does, for tests: the first word is the command's name. */
import { sidecarParam } from "../../src/cli/commands/param/legacy.ts";
import { describeError, exitCodeOfError } from "../../src/cli/exit.ts";
import { type AnyCommand, runCommand } from "../../src/cli/run-command.ts";
import { toKnownError } from "../../src/core/errors.ts";

const root: AnyCommand = {
  meta: { name: "datamon-sidecar" },
  subCommands: {
    config: () => import("../../src/cli/commands/config/index.ts").then(({ default: command }) => command),
    param: () => import("../../src/cli/commands/param/index.ts").then(({ default: command }) => command),
  },
};

const [name, ...argv] = process.argv.slice(2);

try {
  process.exitCode =
    name === "sidecar_param" ? sidecarParam(argv) : await runCommand(root, [name ?? "", ...argv]);
} catch (error) {
  process.stderr.write(describeError("datamon-sidecar", error));
  process.exitCode = exitCodeOfError(toKnownError(error));
}
