import { dispatch } from "./dispatch.ts";
import { describeError, exitCodeOfError } from "./exit.ts";
import { toKnownError } from "../core/errors.ts";
import { writeAll } from "../adapters/output.ts";

/** Runs what a call means and returns the exit code. Whatever is loaded is loaded for that call alone. */
export async function main(argv0: string, argv: readonly string[]): Promise<number> {
  const invocation = dispatch(argv0, argv);
  const name = invocation.type === "legacy" ? invocation.script : "datamon-sidecar";
  try {
    if (invocation.type === "legacy") {
      const { runLegacy } = await import("./legacy.ts");
      return await runLegacy(invocation.script, invocation.argv);
    }
    const [{ runCommand }, { root }] = await Promise.all([
      import("./run-command.ts"),
      import("./commands.ts"),
    ]);
    return await runCommand(root, invocation.argv);
  } catch (error) {
    writeAll(2, describeError(name, error));
    return exitCodeOfError(toKnownError(error));
  }
}
