import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "../../support/lines.ts";

const PROCESSES = join(import.meta.dir, "../../../src/adapters/processes.ts");

/** Starts one child of each kind, tells their process ids, and ends on a signal without ending them. */
const PROGRAM = `
  import { run, spawnSupervised } from ${JSON.stringify(PROCESSES)};
  process.on("SIGUSR1", () => process.exit(3));
  const { pid } = await spawnSupervised("sleep", ["60"]);
  console.log(pid);
  await run("true", []);
  void run("sleep", ["60"], { onStart: (pid) => console.log(pid) });
`;

test("whoever lives when we end is killed", async () => {
  const program = Bun.spawn([process.execPath, "-e", PROGRAM], { stdout: "pipe" });
  const lines = linesOf(program.stdout);
  const pids = [await lines.next(), await lines.next()];
  for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(true);
  program.kill("SIGUSR1");
  expect(await program.exited).toBe(3);
  for (const pid of pids) while (existsSync(`/proc/${pid}`)) await Bun.sleep(5);
});
