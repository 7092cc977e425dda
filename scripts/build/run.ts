/** Runs a tool of the build in `cwd`; what it printed is shown when it fails. */
export function run(cwd: string, command: readonly string[]): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd, stdin: "ignore" });
  if (exitCode === 0) return;
  throw new Error(
    `cannot build: ${command.join(" ")} exited with ${exitCode}\n${stdout.toString()}${stderr.toString()}`,
  );
}
